// The resident's own record: what is kept, taking it along, having it erased.
import { call, keep, recall, Refused } from './api.js';
import { $, el, button } from './view.js';
import { talk } from './conversation.js';
import { forget } from './history.js';
import { clear } from './log.js';
import { clearOutbox } from './outbox.js';
import { openSheet } from './sheet.js';

/** @type {string|null} what is kept, as the gateway says it */ let told = null;

/** @returns {Promise<string>} */
async function notice() {
  if (told === null) told = /** @type {string} */ ((await call('/api/privacy')).notice);
  return told;
}

/** @param {string} text @returns {HTMLElement} */
function paragraphs(text) {
  return el('div', 'told', ...text.split('\n').map((line) => el('p', '', line)));
}

/** Before the first word, once on this phone: what is kept, how long, how to erase it. */
export async function tellOnce() {
  if (recall('told')) return;
  const box = $('privacy');
  let text;
  try {
    text = await notice();
  } catch (_) {
    return; // next time
  }
  box.append(
    el('h2', '', '您说的话怎么保存'),
    paragraphs(text),
    button('chip', '知道了', () => {
      keep('told', true);
      box.hidden = true;
      $('input').focus({ preventScroll: true });
    }));
  box.hidden = false;
}

/** Nothing of the conversation stays on the screen or on this phone. */
export function wipe() {
  clearOutbox();
  if (talk.id) forget();
  clear();
  $('welcome').hidden = false;
}

/** The panel with both choices. */
export function openRecord() {
  const about = el('div', '');
  const said = el('p', 'said');
  said.setAttribute('role', 'status');
  const choices = el('div', 'choices');
  const body = el('div', 'sheet-body', choices, said, about);
  body.tabIndex = 0; // where there is nothing to tap, the keyboard still scrolls
  body.setAttribute('role', 'group');
  body.setAttribute('aria-label', '记录说明');
  const { heading, close } = openSheet('我的记录', body);
  notice().then((text) => about.append(paragraphs(text)), () => {});

  /** @param {string} text */
  const say = (text) => (said.textContent = text);
  /** @param {unknown} e @param {string} otherwise */
  const why = (e, otherwise) => {
    if (e instanceof Refused && (e.status === 404 || e.status === 401)) return '这次对话的记录已经不在了。';
    return (e instanceof Refused && e.message) || otherwise;
  };

  async function download() {
    try {
      const id = /** @type {string} */ (talk.id);
      const file = await call('/api/chat/' + encodeURIComponent(id) + '/transcript', { token: talk.token, blob: true });
      const link = el('a');
      link.href = URL.createObjectURL(file);
      link.download = '惠民对话记录.txt';
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 60000);
      say('已经下载，文件名是“惠民对话记录.txt”。');
    } catch (e) {
      say(why(e, '没有下载成功，请再试一次。'));
    }
  }

  async function erase() {
    try {
      await call('/api/chat/' + encodeURIComponent(/** @type {string} */ (talk.id)), { token: talk.token, method: 'DELETE' });
    } catch (e) {
      if (!(e instanceof Refused) || (e.status !== 404 && e.status !== 401)) {
        offer();
        return say(why(e, '没有删除成功，请再试一次。'));
      }
    }
    wipe();
    keep('erased', Date.now()); // other tabs
    offer();
    say('您的记录已经全部删除。');
    heading.focus();
  }

  function ask() {
    choices.textContent = '';
    const no = button('wide', '不删除', () => {
      offer();
      heading.focus();
    });
    choices.append(
      el('p', 'sure', '删除以后找不回来，正在等工作人员的也会取消。确定删除吗？'), button('wide danger', '确定删除', erase), no);
    say('');
    no.focus();
  }

  function offer() {
    choices.textContent = '';
    if (!talk.id) return choices.append(el('p', '', '这里还没有您的对话记录。'));
    choices.append(button('wide', '下载记录', download), button('wide danger', '删除记录', ask));
  }
  offer();
  return close;
}
