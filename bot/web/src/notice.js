// The operator's notice: one line above the conversation, gone for good once this resident has put it away.
import { call } from './api.js';
import { button, el } from './dom.js';
import { $ } from './host.js';
import { keep, recall } from './kept.js';
import { t } from './texts.js';

const LOOK_EVERY = 60000;
/** @type {{id: string, text: string}|null} */ let notice = null;
let timer = 0;

/** Puts on the page what there is, as text; leaves it alone while it stays the same, so that it is read out once. */
export function showNotice() {
  const shown = notice && notice.id !== recall('notice') ? notice : null;
  const into = $('notice');
  const id = shown ? shown.id + shown.text : '';
  if ((into.dataset.id || '') === id) return;
  into.dataset.id = id;
  into.textContent = '';
  if (shown) into.append(el('p', '', shown.text), button('put-away', t('understood'), putAway));
}

function putAway() {
  if (notice) keep('notice', notice.id);
  showNotice();
  $('main').focus({ preventScroll: true }); // the button that had the focus is gone
}

/** Asks now and from time to time, as long as somebody looks at the page. */
export async function lookForNotice() {
  clearTimeout(timer);
  if (document.hidden) return;
  try {
    notice = (await call('api/notice')).notice;
    showNotice();
  } catch (_) {} // without it the page works as well
  clearTimeout(timer);
  timer = window.setTimeout(lookForNotice, LOOK_EVERY);
}
