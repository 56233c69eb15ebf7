// The panel behind 更多: how the widget looks and speaks, and the resident's own record.
import { call, ofChat } from './api.js';
import { clearOutbox } from './outbox.js';
import { talk } from './conversation.js';
import { button, el, outcome, set } from './dom.js';
import { $ } from './host.js';
import { forget } from './history.js';
import { keep } from './kept.js';
import { clear } from './log.js';
import { choose, chosen } from './look.js';
import { whatIsKept } from './privacy.js';
import { gone, Refused } from './refused.js';
import { openSheet } from './sheet.js';
import { canRead, hasCantonese, reading, setReading } from './speech.js';
import { script, t } from './texts.js';

/** Nothing of the conversation stays on the screen or on this phone. */
export function wipe() {
  clearOutbox();
  if (talk.id) forget();
  clear();
  $('welcome').hidden = false;
}

/**
 * A switch with its name and what it does.
 * @param {import('./texts.js').Key} name @param {import('./texts.js').Key|''} about @param {boolean} on @param {(on: boolean) => any} turn
 */
function toggle(name, about, on, turn) {
  const words = el('span', '', el('span', 'name', t(name)), about && el('span', 'about', t(about)));
  const b = set(button('switch', '', async () => {
    const to = b.getAttribute('aria-checked') !== 'true';
    b.setAttribute('aria-checked', String(to));
    if ((await turn(to)) === false) b.setAttribute('aria-checked', String(!to));
  }), { role: 'switch', 'aria-checked': String(on) });
  b.append(words, el('span', 'knob'));
  return b;
}

/** @typedef {(to: 'hans'|'hant') => Promise<boolean>} UseScript */

/** @param {UseScript} useScript */
function display(useScript) {
  const { line, say } = outcome();
  const box = el('div', 'switches', el('h3', '', t('display')),
    toggle('large', '', chosen('large'), (on) => choose('large', on)),
    toggle('contrast', 'contrast_more', chosen('contrast'), (on) => choose('contrast', on)),
    toggle('traditional', 'traditional_more', script() === 'hant', async (on) => {
      say('');
      if (await useScript(on ? 'hant' : 'hans')) {
        keep('script', on ? 'hant' : 'hans');
        if (box.isConnected) openMore(useScript); // unless it was closed meanwhile
        return true;
      }
      say(t('not_switched'), true);
      return false;
    }),
    canRead && toggle('read_replies', 'read_replies_more', reading('replies'), (on) => setReading('replies', on)),
    hasCantonese() && toggle('cantonese', '', reading('cantonese'), (on) => setReading('cantonese', on)),
    line);
  return box;
}

function record() {
  const about = el('div', '');
  const { line, say } = outcome();
  const choices = el('div', 'choices');
  const heading = el('h3', '', t('record'));
  heading.tabIndex = -1;
  whatIsKept().then((text) => about.append(text), () => {});

  /** @param {unknown} e @param {import('./texts.js').Key} otherwise */
  const why = (e, otherwise) => (gone(e) ? t('gone') : (e instanceof Refused && e.message) || t(otherwise));

  async function download() {
    try {
      const file = await call(ofChat(/** @type {string} */ (talk.id), 'transcript'), { token: talk.token, blob: true });
      const link = el('a');
      link.href = URL.createObjectURL(file);
      link.download = t('file');
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 60000);
      say(t('downloaded', { file: t('file') }));
    } catch (e) {
      say(why(e, 'not_downloaded'), true);
    }
  }

  async function erase() {
    try {
      await call(ofChat(/** @type {string} */ (talk.id)), { token: talk.token, method: 'DELETE' });
    } catch (e) {
      if (!gone(e)) {
        offer();
        return say(why(e, 'not_erased'), true);
      }
    }
    wipe();
    keep('erased', Date.now()); // other tabs
    offer();
    say(t('erased'));
    heading.focus();
  }

  function ask() {
    choices.textContent = '';
    const no = button('wide', t('keep'), () => {
      offer();
      heading.focus();
    });
    choices.append(el('p', 'sure', t('sure')), button('wide danger', t('erase_sure'), erase), no);
    say('');
    no.focus();
  }

  function offer() {
    choices.textContent = '';
    if (!talk.id) return choices.append(el('p', '', t('no_record')));
    choices.append(button('wide', t('download'), download), button('wide danger', t('erase'), ask));
  }
  offer();
  return el('div', '', heading, choices, line, about);
}

/** @param {UseScript} useScript */
export function openMore(useScript) {
  openSheet(t('more'), el('div', 'sheet-body', display(useScript), record()));
}
