// Reading aloud and writing down what is said, where the browser can.
import { button, set } from './dom.js';
import { $ } from './host.js';
import { keep, recall } from './kept.js';
import { status } from './signs.js';
import { t } from './texts.js';
import { plain } from './view.js';

/** @typedef {import('./api.js').Message} Message @typedef {'replies'|'cantonese'} Reading */

const synth = window.speechSynthesis;
export const canRead = !!synth && typeof SpeechSynthesisUtterance === 'function';
/** @type {any} */
const Recognition = /** @type {any} */ (window).SpeechRecognition || /** @type {any} */ (window).webkitSpeechRecognition;
const CANTONESE = /^(zh-HK|yue)/i;
const PIECE = 120; // some browsers fall silent in the middle of longer ones

/** @param {RegExp} lang */
const voice = (lang) => (canRead ? synth.getVoices().filter((v) => lang.test(v.lang.replace('_', '-')))[0] : null);
export const hasCantonese = () => !!voice(CANTONESE);
/** @param {Reading} what */
export const reading = (what) => recall('read.' + what) === true;
/** @param {Reading} what @param {boolean} on */
export function setReading(what, on) {
  keep('read.' + what, on || null);
  if (!on) hush();
}

/** @type {HTMLElement|null} the button of what is being read */ let speaking = null;
let turn = 0;

/** @param {HTMLElement|null} by */
function show(by) {
  if (speaking) set(speaking, { 'aria-pressed': 'false' }).textContent = t('read_aloud');
  speaking = by;
  if (by) set(by, { 'aria-pressed': 'true' }).textContent = t('read_stop');
}

/** Stops reading. */
export function hush() {
  turn++;
  if (canRead) synth.cancel();
  show(null);
}

/** @param {string} text in pieces that end where a sentence or a clause does */
function pieces(text) {
  const out = [''];
  (text.match(/[^。！？；\n]+[。！？；\n]*/g) || []).forEach((s) => {
    (s.length > PIECE ? s.match(/[^，、]+[，、]*/g) || [s] : [s]).forEach((part) => {
      if ((out[out.length - 1] + part).length > PIECE) out.push('');
      out[out.length - 1] += part;
    });
  });
  return out.map((s) => s.trim()).filter(Boolean);
}

/** Reads a message out. @param {Message} m @param {HTMLElement} by */
function read(m, by) {
  hush();
  const mine = turn;
  const chosen = (reading('cantonese') && voice(CANTONESE)) || voice(/^(zh-CN|cmn|zh$)/i);
  const all = pieces(plain(m));
  if (!all.length) return;
  show(by);
  all.forEach((text, i) => {
    const u = new SpeechSynthesisUtterance(text);
    u.lang = chosen ? chosen.lang : 'zh-CN';
    if (chosen) u.voice = chosen;
    u.rate = 0.9; // for old ears
    u.onerror = () => mine === turn && show(null);
    if (i === all.length - 1) u.onend = () => mine === turn && show(null);
    synth.speak(u);
  });
}

/** The button that reads a message out. @param {Message} m */
export function readAloud(m) {
  const b = set(button('mini', t('read_aloud'), () => (speaking === b ? hush() : read(m, b))), { 'aria-pressed': 'false' });
  b.dataset.read = '';
  return b;
}

/** Reads a reply out as it comes, where the resident wants that. @param {HTMLElement} node @param {Message} m */
export function readReply(node, m) {
  const b = /** @type {HTMLElement|null} */ (node.querySelector('[data-read]'));
  if (b && reading('replies')) read(m, b);
}

/** The microphone beside the box: what is said is written into it, to be looked at and sent by the resident. */
export function listenToVoice() {
  const mic = $('mic');
  mic.hidden = !Recognition;
  if (!Recognition) return;
  const input = /** @type {HTMLTextAreaElement} */ ($('input'));
  /** @type {any} */ let ear = null;

  /** @param {import('./texts.js').Key|''} why */
  function over(why) {
    ear = null;
    mic.setAttribute('aria-pressed', 'false');
    status('heard', why && t(why));
  }

  function listen() {
    hush();
    const before = input.value.trim();
    let heard = '';
    /** @type {import('./texts.js').Key|''} */ let failed = '';
    ear = new Recognition();
    ear.lang = reading('cantonese') ? 'yue-Hant-HK' : 'zh-CN';
    ear.interimResults = true;
    ear.onresult = (/** @type {any} */ ev) => {
      heard = Array.from(ev.results, (/** @type {any} */ r) => r[0].transcript).join('');
      input.value = before + heard;
      input.dispatchEvent(new Event('input', { bubbles: true }));
    };
    ear.onerror = (/** @type {any} */ ev) => {
      failed = ev.error === 'no-speech' || ev.error === 'aborted' ? 'not_heard' : /^(not|service-not)-allowed$/.test(ev.error) ? 'mic_refused' : 'mic_failed';
    };
    ear.onend = () => {
      over(heard ? 'heard' : failed || 'not_heard');
      if (heard) input.focus();
    };
    mic.setAttribute('aria-pressed', 'true');
    status('heard', t('listening') + (recall('mic') ? '' : '。' + t('speak_first')));
    keep('mic', true);
    try {
      ear.start();
    } catch (_) {
      over('mic_failed');
    }
  }
  mic.onclick = () => (ear ? ear.stop() : listen());
}
