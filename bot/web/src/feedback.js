// Under each answer: did it help, and reading it aloud.
import { call, ofChat } from './api.js';
import { talk } from './conversation.js';
import { button, el, outcome, set } from './dom.js';
import { focused } from './host.js';
import { canRead, readAloud } from './speech.js';
import { t } from './texts.js';

/** @typedef {import('./api.js').Message} Message */

/** @type {() => void} asks for a person */ let human;

/** @param {() => void} askForHuman */
export function connectFeedback(askForHuman) {
  human = askForHuman;
}

/** Whom one can thank or blame for it: answers, not questions back, service notices or events. @param {Message} m */
const judged = (m) => m.from === 'bot' && /^(answer|verdict|notice)$/.test(m.kind || '') && !(m.data && m.data.pending);

/** What stands under the words of bot and staff. @param {HTMLElement} node @param {Message} m */
export function under(node, m) {
  if (m.from !== 'bot' && m.from !== 'staff') return;
  const row = set(el('div', 'under'), { 'aria-live': 'off' });
  if (canRead) row.append(readAloud(m));
  if (judged(m)) judge(row, m);
  if (row.firstChild) node.append(row);
}

/** @param {HTMLElement} row @param {Message} m */
function judge(row, m) {
  const path = ofChat(talk.id || '', 'messages/' + m.id + '/feedback');
  const token = talk.token;
  /** @type {boolean|null} */ let given = m.feedback ? m.feedback.helpful : null;
  const { line, say } = outcome('span');
  /** @type {HTMLElement|null} */ let form = null;

  /** @param {boolean|null} helpful @param {string} [comment] */
  async function send(helpful, comment) {
    const before = given;
    show(helpful);
    try {
      await call(path, helpful === null ? { token, method: 'DELETE' } : { token, method: 'PUT', body: { helpful, comment: comment || null } });
      say(helpful === null ? '' : t('thanks'));
      return true;
    } catch (_) {
      show(before);
      say(t('not_saved'), true);
      return false;
    }
  }

  /** @param {boolean|null} helpful */
  function show(helpful) {
    given = helpful;
    yes.setAttribute('aria-pressed', String(helpful === true));
    no.setAttribute('aria-pressed', String(helpful === false));
    if (helpful !== false && form) fold();
  }

  function fold() {
    const inside = form && form.contains(focused());
    if (form) form.remove();
    form = null;
    if (inside) no.focus();
  }

  function ask() {
    const comment = set(el('textarea', 'comment'), { rows: '2', maxlength: '500', 'aria-label': t('what_is_wrong'), placeholder: t('what_is_wrong') });
    form = el('div', 'wrong', comment, el('div', 'chips',
      button('chip', t('what_is_wrong_send'), async () => {
        const text = comment.value.trim();
        if (!text || (await send(false, text))) fold();
      }),
      button('chip', t('want_human'), () => {
        const text = comment.value.trim();
        if (text) send(false, text);
        fold();
        human();
      }),
      button('chip plain', t('no_thanks'), fold)));
    row.append(form);
  }

  const yes = button('mini', t('helpful'), () => send(given === true ? null : true));
  const no = button('mini', t('not_helpful'), async () => {
    if (given === false) return send(null);
    if ((await send(false)) && !form) ask();
  });
  row.append(set(el('span', 'judge', yes, no), { role: 'group', 'aria-label': t('feedback') }), line);
  show(given);
}
