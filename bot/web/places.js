// The place picker: province, city, county, as deep as the resident wants to go.
import { call, recall, keep } from './api.js';
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

/** Opens the panel; closes on a choice, ✕, Escape or a tap beside it. */
export function pickPlace() {
  const back = /** @type {HTMLElement} */ (document.activeElement);
  const sheet = $('sheet');
  /** @type {Region[]} */
  let path = [];
  let turn = 0;

  const heading = el('h2', '', '选择地区');
  heading.id = 'sheet-title';
  heading.tabIndex = -1;
  const shut = button('shut', '✕', close);
  shut.setAttribute('aria-label', '关闭');
  const crumbs = el('nav', 'crumbs');
  crumbs.setAttribute('aria-label', '已选地区');
  const body = el('div', 'sheet-body');
  const panel = el('div', 'panel', el('div', 'sheet-head', heading, shut), crumbs, body);
  panel.setAttribute('role', 'dialog');
  panel.setAttribute('aria-modal', 'true');
  panel.setAttribute('aria-labelledby', 'sheet-title');

  function close() {
    sheet.hidden = true;
    sheet.textContent = '';
    $('app').removeAttribute('aria-hidden');
    document.documentElement.classList.remove('locked');
    document.removeEventListener('keydown', onKey, true);
    sheet.removeEventListener('click', onTap);
    if (back && back.focus) back.focus();
  }
  /** @param {Region|null} r */
  function choose(r) {
    setPlace(r);
    close();
  }
  /** @param {KeyboardEvent} ev */
  function onKey(ev) {
    if (ev.key === 'Escape' || ev.key === 'Esc') {
      ev.preventDefault();
      close();
    } else if (ev.key === 'Tab') {
      const all = Array.from(panel.querySelectorAll('button'));
      const now = document.activeElement;
      const first = all[0];
      const last = all[all.length - 1];
      if (ev.shiftKey ? now === first || now === heading : now === last) {
        ev.preventDefault();
        (ev.shiftKey ? last : first).focus();
      }
    }
  }
  /** @param {Event} ev */
  function onTap(ev) {
    if (ev.target === sheet) close();
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

  sheet.textContent = '';
  sheet.append(panel);
  sheet.hidden = false;
  $('app').setAttribute('aria-hidden', 'true');
  document.documentElement.classList.add('locked');
  document.addEventListener('keydown', onKey, true);
  sheet.addEventListener('click', onTap);
  heading.focus();
  go([]);
}
