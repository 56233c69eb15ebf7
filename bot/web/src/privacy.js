// What is kept, as the gateway says it.
import { call } from './api.js';
import { button, el } from './dom.js';
import { $ } from './host.js';
import { keep, recall } from './kept.js';
import { script, t } from './texts.js';

/** @type {Record<string, string>} by the characters it is in */ const told = {};

/** What is kept, how long, how to erase it, in paragraphs. */
export async function whatIsKept() {
  const key = script();
  if (!told[key]) told[key] = /** @type {string} */ ((await call('api/privacy')).notice);
  return el('div', 'told', ...told[key].split('\n').map((line) => el('p', '', line)));
}

/** Before the first word, once on this phone. */
export async function tellOnce() {
  if (recall('told')) return;
  const box = $('privacy');
  let text;
  try {
    text = await whatIsKept();
  } catch (_) {
    return; // next time
  }
  box.textContent = '';
  box.append(
    el('h2', '', t('kept_title')),
    text,
    button('chip', t('understood'), () => {
      keep('told', true);
      box.hidden = true;
      $('input').focus({ preventScroll: true });
    }));
  box.hidden = false;
}
