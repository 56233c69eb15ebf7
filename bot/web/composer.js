// The box the resident writes in: its height, its counter, its keys.
import { $ } from './view.js';
import { status } from './signs.js';

const MAX = 1000;
const input = /** @type {HTMLTextAreaElement} */ ($('input'));

/** After typing: height and counter. */
export function typed() {
  input.style.height = 'auto';
  input.style.height = Math.min(input.scrollHeight + 4, window.innerHeight * 0.3) + 'px';
  const n = Array.from(input.value.trim()).length;
  const over = n > MAX;
  status('count', over ? '超出 ' + (n - MAX) + ' 个字，请分几次发' : n > MAX - 100 ? '还可以写 ' + (MAX - n) + ' 个字' : '');
  $('count').classList.toggle('over', over);
  input.setAttribute('aria-invalid', String(over));
  return n > 0 && !over;
}

/** Puts a text back to be changed. @param {string} text */
export function rewrite(text) {
  input.value = text;
  typed();
  input.focus();
}

/** @param {(text: string) => void} say what becomes of a finished line */
export function listen(say) {
  function submit() {
    if (!typed()) return input.focus();
    const text = input.value.trim();
    input.value = '';
    typed();
    say(text);
  }
  $('form').addEventListener('submit', (/** @type {Event} */ ev) => {
    ev.preventDefault();
    submit();
  });
  let composing = false;
  input.addEventListener('compositionstart', () => (composing = true));
  input.addEventListener('compositionend', () => (composing = false));
  input.addEventListener('keydown', (ev) => {
    if (ev.key !== 'Enter' || ev.shiftKey || ev.isComposing || ev.keyCode === 229 || composing) return;
    ev.preventDefault();
    submit();
  });
  input.addEventListener('input', typed);
}
