// The button in the corner of a page, and the window it opens.
import { $, focused, frame, here, tell, wish } from './host.js';
import { keep, recall } from './kept.js';
import { measure } from './look.js';
import { t } from './texts.js';

/** @type {() => void} what begins once somebody opens it, or waits for an answer */ let begin = () => {};
let begun = false;
let unread = 0;

export const isOpen = () => here.mode !== 'button' || !$('window').hidden;

function beginOnce() {
  if (begun) return;
  begun = true;
  begin();
}

/** @param {() => void} how */
export function standBy(how) {
  begin = how;
  begun = false;
  frame().classList.toggle('left', wish('position') === 'left');
  $('launcher').onclick = () => open();
  $('close').onclick = () => close();
  $('window').onkeydown = (/** @type {KeyboardEvent} */ ev) => {
    if (ev.key === 'Escape' && $('sheet').hidden && !ev.isComposing) close();
  };
  if (recall('open', true)) open(true); // it was open on the page before
  else if (recall('awaited')) beginOnce(); // a person's answer may come
}

/** @param {boolean} [quietly] without taking the focus */
export function open(quietly) {
  if (isOpen()) return;
  $('window').hidden = false;
  $('launcher').setAttribute('aria-expanded', 'true');
  frame().classList.add('open');
  keep('open', true, true);
  seen();
  measure();
  beginOnce();
  if (!quietly) $(window.matchMedia('(hover: none)').matches ? 'main' : 'input').focus({ preventScroll: true }); // no keyboard over the greeting
  tell('open');
}

export function close() {
  if (here.mode !== 'button' || !isOpen()) return;
  const inside = focused();
  $('window').hidden = true;
  $('launcher').setAttribute('aria-expanded', 'false');
  frame().classList.remove('open');
  keep('open', null, true);
  if (inside) $('launcher').focus({ preventScroll: true });
  tell('close');
}

function seen() {
  unread = 0;
  badge();
}

function badge() {
  $('unread').textContent = unread ? t('unread', { n: unread }) : '';
}

/** Something came while the window is closed. @param {number} n */
export function missed(n) {
  if (isOpen()) return;
  unread += n;
  badge();
}
