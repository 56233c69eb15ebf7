// The place picker: province, city, county, as deep as the resident wants to go.
import { call } from './api.js';
import { button, el } from './dom.js';
import { $, wish } from './host.js';
import { keep, recall } from './kept.js';
import { Refused } from './refused.js';
import { openSheet } from './sheet.js';
import { script, t } from './texts.js';

/** @typedef {{code: string, name: string, full_name?: string, level?: string, has_data?: boolean}} Region */

const TOP = '000000';
/** @type {Record<string, Region[]>} */
const cache = {};

/** @type {Region|null} where the page around the widget is at home */ let home = null;

/** @returns {Region|null} the resident's choice, else the page's place */
export function place() {
  const r = recall('region');
  if (r === false) return null;
  return r && typeof r.code === 'string' && typeof r.name === 'string' ? r : home;
}

/** Finds out how the place is called that the page gives, and the chosen one in these characters. */
export async function nameThePlace() {
  const chosen = recall('region');
  const code = chosen ? chosen.code : wish('region');
  if (!code || (chosen && chosen.script === script())) return;
  try {
    const r = (await call('api/regions?parent=' + encodeURIComponent(code))).region;
    if (chosen) setPlace(r);
    else home = r;
  } catch (e) {
    if (e instanceof Refused) console.warn('huimin-chat: data-region is no known place', code);
  }
  showPlace();
}

/** @param {Region|null} r null: none, not even the page's */
export function setPlace(r) {
  keep('region', r ? { code: r.code, name: r.name, full_name: r.full_name, script: script() } : false);
  showPlace();
}

export function showPlace() {
  const r = place();
  $('place-name').textContent = r ? r.name : t('no_place');
  $('place').setAttribute('aria-label', t('place_label') + (r ? r.full_name || r.name : t('no_place')));
}

/** Opens the panel; it closes on a choice too. */
export function pickPlace() {
  /** @type {Region[]} */
  let path = [];
  let turn = 0;

  const crumbs = el('nav', 'crumbs');
  crumbs.setAttribute('aria-label', t('crumbs'));
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
    const key = code + script();
    body.textContent = '';
    body.append(el('p', 'soft', t('reading')));
    try {
      if (!cache[key]) cache[key] = (await call('api/regions?parent=' + encodeURIComponent(code))).regions || [];
    } catch (_) {
      if (mine !== turn) return;
      body.textContent = '';
      const again = button('wide', t('not_read'), () => go(to));
      body.append(again);
      again.focus();
      return;
    }
    if (mine !== turn) return;
    const list = cache[key];
    if (here && !list.length) return choose(here);
    path = to;
    draw(list);
  }
  /** @param {Region[]} list */
  function draw(list) {
    const here = path[path.length - 1];
    crumbs.textContent = '';
    crumbs.append(button('crumb', t('country'), () => go([])));
    path.forEach((r, i) => crumbs.append(el('span', 'sep', '›'), button('crumb', r.name, () => go(path.slice(0, i + 1)))));
    (/** @type {HTMLElement} */ (crumbs.lastChild)).setAttribute('aria-current', 'true');
    body.textContent = '';
    if (here) body.append(button('wide main', t('this_place', { name: here.name }), () => choose(here)));
    const ul = el('ul', 'regions');
    list.forEach((r) => {
      const b = button('region', r.name, () => go(path.concat(r)));
      if (r.has_data) b.append(' ', el('span', 'has', t('has_data')));
      ul.append(el('li', '', b));
    });
    body.append(ul);
    if (!here) body.append(button('wide', t('no_region'), () => choose(null)));
    body.scrollTop = 0;
    heading.focus();
  }

  const { heading, close } = openSheet(t('choose_place'), crumbs, body);
  go([]);
}
