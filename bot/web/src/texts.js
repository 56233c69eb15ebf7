// The widget's own words, in simplified and, for those who like them better, in traditional characters.
import hans from './texts.json';
import { frame, here } from './host.js';

/** @typedef {keyof typeof hans} Key @typedef {'hans'|'hant'} Script */

/** @type {Record<string, string>|null} */ let hant = null;
/** @type {Script} */ let now = 'hans';

/** In which characters the widget speaks. */
export const script = () => now;

/** @param {Key} key @param {Record<string, string|number>} [values] for {names} in the text */
export function t(key, values) {
  const text = (now === 'hant' && hant && hant[key]) || hans[key];
  return values ? text.replace(/\{(\w+)\}/g, (_, name) => String(values[name])) : text;
}

/** Speaks in these characters from now on; false if they could not be fetched. @param {Script} to */
export async function speakIn(to) {
  if (to === 'hant' && !hant) {
    try {
      const r = await fetch(here.base + 'widget-hant.json');
      if (!r.ok) return false;
      hant = await r.json();
    } catch (_) {
      return false;
    }
  }
  now = to;
  return true;
}

/** Words that change with the characters: what an element says, and its label. @param {HTMLElement} e @param {Key} key */
export function says(e, key) {
  e.dataset.t = key;
  e.textContent = t(key);
  return e;
}

/** @template {HTMLElement} E @param {E} e @param {Key} key @param {string} [attribute] */
export function labelled(e, key, attribute) {
  e.dataset.tLabel = key;
  e.dataset.tIn = attribute || 'aria-label';
  e.setAttribute(e.dataset.tIn, t(key));
  return e;
}

/** Says everything below anew. */
export function sayAnew() {
  frame().lang = now === 'hant' ? 'zh-HK' : 'zh-CN';
  here.root.querySelectorAll('[data-t],[data-t-label]').forEach((n) => {
    const e = /** @type {HTMLElement} */ (n);
    if (e.dataset.t) e.textContent = t(/** @type {Key} */ (e.dataset.t));
    if (e.dataset.tLabel) e.setAttribute(e.dataset.tIn || 'aria-label', t(/** @type {Key} */ (e.dataset.tLabel)));
  });
}
