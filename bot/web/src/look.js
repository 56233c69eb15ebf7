// How the widget looks: large letters, high contrast, dark, and how much room there is.
import { $, frame, here, wish } from './host.js';
import { keep, recall } from './kept.js';

/** @typedef {'large'|'contrast'} Choice */

const dark = matchMedia('(prefers-color-scheme: dark)');
const contrast = matchMedia('(prefers-contrast: more)');
let watching = false;
/** @type {ResizeObserver|null} */ let observer = null;

/** @param {Choice} what */
export const chosen = (what) => {
  const kept = recall(what);
  return kept === null && what === 'contrast' ? contrast.matches : kept === true;
};

/** @param {Choice} what @param {boolean} on */
export function choose(what, on) {
  keep(what, on);
  wear();
}

/** Shows what is chosen. */
export function wear() {
  const c = frame().classList;
  const theme = wish('theme') || (here.mode === 'page' ? 'auto' : 'light');
  c.toggle('dark', theme === 'dark' || (theme === 'auto' && dark.matches));
  c.toggle('contrast', chosen('contrast'));
  c.toggle('large', chosen('large'));
  $('large').setAttribute('aria-pressed', String(chosen('large')));
  measure();
}

/** The room there is, and the size of letters the resident's browser is set to, whatever the page around says of its own. */
export function measure() {
  const f = frame();
  const normal = parseFloat(getComputedStyle(f).fontSize) || 16;
  f.style.setProperty('--r', normal * (f.classList.contains('large') ? 1.375 : 1.0625) + 'px');
  const box = $('window');
  if (box.hidden) return;
  const { width, height } = box.getBoundingClientRect();
  const c = f.classList;
  c.toggle('wide', width >= 720);
  c.toggle('roomy', width >= 600);
  c.toggle('narrow', width <= 400);
  c.toggle('short', height <= 320);
}

/** @param {MediaQueryList} query */
function watch(query) {
  if (query.addEventListener) query.addEventListener('change', () => here.host.isConnected && wear());
  else query.addListener(() => here.host.isConnected && wear());
}

/** Looks as chosen, and goes on doing so when the phone is turned or the browser set otherwise. */
export function dress() {
  wear();
  if (observer) observer.disconnect();
  if (typeof ResizeObserver === 'function') (observer = new ResizeObserver(measure)).observe($('window'));
  if (watching) return;
  watching = true;
  watch(dark);
  watch(contrast);
  window.addEventListener('resize', () => here.host.isConnected && measure());
}
