// The box the resident writes in: its height, its counter, its keys.
import { $, scroller } from './host.js';
import { status } from './signs.js';
import { t } from './texts.js';

const MAX = 1000;
const box = () => /** @type {HTMLTextAreaElement} */ ($('input'));

/** After typing: height and counter. */
export function typed() {
  const input = box();
  input.style.height = 'auto';
  input.style.height = Math.min(input.scrollHeight + 4, scroller().clientHeight * 0.3) + 'px';
  const n = Array.from(input.value.trim()).length;
  const over = n > MAX;
  status('count', over ? t('over', { n: n - MAX }) : n > MAX - 100 ? t('left', { n: MAX - n }) : '');
  $('count').classList.toggle('over', over);
  input.setAttribute('aria-invalid', String(over));
  return n > 0 && !over;
}

/** Puts a text back to be changed. @param {string} text */
export function rewrite(text) {
  const input = box();
  input.value = text;
  typed();
  input.focus();
}

/** @param {(text: string) => void} say what becomes of a finished line */
export function listen(say) {
  const input = box();
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
