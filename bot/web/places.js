// The place picker: province, city, county, as deep as the resident wants to go.
import { call, recall, keep } from './api.js';
import { openSheet } from './sheet.js';
import { $, el, button } from './view.js';

/** @typedef {{code: string, name: string, full_name?: string, level?: string, has_data?: boolean}} Region */

const TOP = '000000';
/** @type {Record<string, Region[]>} */
const cache = {};

/** @returns {Region|null} */
export function place() {
  const r = recall('region');
  return r && typeof r.code === 'string' && typeof r.name === 'string' ? r : null;
}

/** @param {Region|null} r */
export function setPlace(r) {
  keep('region', r && { code: r.code, name: r.name, full_name: r.full_name });
  showPlace();
}

export function showPlace() {
  const r = place();
  $('place-name').textContent = r ? r.name : '未选择';
  $('place').setAttribute('aria-label', '地区：' + (r ? r.full_name || r.name : '未选择'));
}

/** Opens the panel; it closes on a choice too. */
export function pickPlace() {
  /** @type {Region[]} */
  let path = [];
  let turn = 0;

  const crumbs = el('nav', 'crumbs');
  crumbs.setAttribute('aria-label', '已选地区');
  const body = el('div', 'sheet-body');
  /** @param {Region|null} r */
  function choose(r) {
    setPlace(r);
    close();
  }
  /** @param {Region[]} to */
  async function go(to) {
    const mine = ++turn;
    const here = to[to.length - 1];
    const code = here ? here.code : TOP;
    body.textContent = '';
    body.append(el('p', 'soft', '正在读取……'));
    try {
      if (!cache[code]) cache[code] = (await call('/api/regions?parent=' + encodeURIComponent(code))).regions || [];
    } catch (_) {
      if (mine !== turn) return;
      body.textContent = '';
      const again = button('wide', '没有读到，点这里重试', () => go(to));
      body.append(again);
      again.focus();
      return;
    }
    if (mine !== turn) return;
    const list = cache[code];
    if (here && !list.length) return choose(here);
    path = to;
    draw(list);
  }
  /** @param {Region[]} list */
  function draw(list) {
    const here = path[path.length - 1];
    crumbs.textContent = '';
    crumbs.append(button('crumb', '全国', () => go([])));
    path.forEach((r, i) => crumbs.append(el('span', 'sep', '›'), button('crumb', r.name, () => go(path.slice(0, i + 1)))));
    (/** @type {HTMLElement} */ (crumbs.lastChild)).setAttribute('aria-current', 'true');
    body.textContent = '';
    if (here) body.append(button('wide main', '就选“' + here.name + '”', () => choose(here)));
    const ul = el('ul', 'regions');
    list.forEach((r) => {
      const b = button('region', r.name, () => go(path.concat(r)));
      if (r.has_data) b.append(' ', el('span', 'has', '有资料'));
      ul.append(el('li', '', b));
    });
    body.append(ul);
    if (!here) body.append(button('wide', '不选地区', () => choose(null)));
    body.scrollTop = 0;
    heading.focus();
  }

  const { heading, close } = openSheet('选择地区', crumbs, body);
  go([]);
}
