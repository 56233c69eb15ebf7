// Small signs: status texts, the network bar, whether the reader is at the end.
import { $, scroller } from './host.js';
import { t } from './texts.js';

/** Sets a status text only when it changes, so that it is read out once. @param {string} id @param {string} text */
export function status(id, text) {
  if ($(id).textContent === text) return;
  const box = scroller();
  const grows = id !== 'typing' && $('log').firstChild && atBottom() ? box.scrollHeight : 0;
  $(id).textContent = text;
  if (grows) box.scrollTop += box.scrollHeight - grows; // a bar hides no line
}

/** @param {boolean} is */
export function offline(is) {
  status('net', is ? t('offline') : '');
}

export function atBottom() {
  const box = scroller();
  return box.scrollHeight - box.clientHeight - box.scrollTop < 160;
}
