// Small signs on the page: status texts, the network bar, whether the reader is at the end.
import { $ } from './view.js';

/** Sets a status text only when it changes, so that it is read out once. @param {string} id @param {string} text */
export function status(id, text) {
  if ($(id).textContent === text) return;
  const grows = id !== 'typing' && $('log').firstChild && atBottom() ? document.documentElement.scrollHeight : 0;
  $(id).textContent = text;
  if (grows) window.scrollBy(0, document.documentElement.scrollHeight - grows); // a bar hides no line
}

/** @param {boolean} is */
export function offline(is) {
  status('net', is ? '网络断开，正在重连……' : '');
}

export const atBottom = () => document.documentElement.scrollHeight - window.innerHeight - window.pageYOffset < 160;
