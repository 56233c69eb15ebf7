// The lines on the screen: their order, what stands under them, and keeping them in step with the gateway's copy.
import { button, el, set } from './dom.js';
import { under } from './feedback.js';
import { $, scroller } from './host.js';
import { atBottom } from './signs.js';
import { talk } from './conversation.js';
import { readReply } from './speech.js';
import { t } from './texts.js';
import { render } from './view.js';

/**
 * A line on the screen. `order` sorts it: its seq, or Infinity until the gateway has numbered it.
 * @typedef {{seq: number|null, order: number, id: string, from: string, text: string, node: HTMLElement, msg: import('./api.js').Message,
 *   payload?: string, body?: any, state?: 'sending'|'failed'|'refused'|'sent', note?: string, moved?: boolean, foot?: HTMLElement}} Line
 *
 * What lines ask of the rest of the page.
 * @typedef {{say: (text: string, payload?: string) => void, again: (line: Line) => void, edit: (line: Line) => void,
 *   delivered: (line: Line) => void}} Deeds
 */

/** @type {Line[]} on the screen, in order */ export const lines = [];
/** @type {Record<number, Line>} */ let bySeq = {};
/** @type {Deeds} */ let deeds;

/** @param {Deeds} to */
export function wire(to) {
  deeds = to;
}

/** @param {Line} line */
export function put(line) {
  const was = lines.indexOf(line);
  if (was >= 0) lines.splice(was, 1);
  let i = lines.length;
  while (i && lines[i - 1].order > line.order) i--;
  lines.splice(i, 0, line);
  const next = i + 1 < lines.length ? lines[i + 1].node : null;
  if (line.node.parentNode !== $('log') || line.node.nextSibling !== next) $('log').insertBefore(line.node, next);
  $('welcome').hidden = true;
}

/** @param {Line} line */
export function drop(line) {
  lines.splice(lines.indexOf(line), 1);
  line.node.remove();
}

/** @param {import('./api.js').Message} msg @returns {Line} */
function lineOf(msg) {
  const seq = typeof msg.seq === 'number' ? msg.seq : null;
  return { seq, order: seq === null ? Infinity : seq, id: msg.client_id || msg.id || '', from: msg.from, text: msg.text, node: render(msg), msg };
}

/** The resident's own line, about to be sent. @param {string} id @param {string} text @param {string} [payload] @param {any} [body] */
export function ownLine(id, text, payload, body) {
  const line = lineOf(/** @type {any} */ ({ id, from: 'resident', text }));
  line.payload = payload;
  line.body = body;
  line.state = 'sending';
  return line;
}

/** Is it still to be delivered? @param {Line} line */
const unsent = (line) => line.state === 'sending' || line.state === 'failed';

/** Nothing stands on the screen any more. */
export function clear() {
  lines.splice(0).forEach((l) => l.node.remove());
  bySeq = {};
}

/** What the gateway has a copy of goes, to be drawn anew; what is still to be delivered stays. */
export function takeDown() {
  lines.filter((l) => l.seq !== null).forEach(drop);
  bySeq = {};
}

/** What stands on the screen stays, what follows begins anew. */
export function retire() {
  lines.forEach((l) => unsent(l) || (l.order = -Infinity));
  bySeq = {};
  if (lines.some((l) => l.order < 0)) {
    const note = lineOf(/** @type {any} */ ({ from: 'system', kind: 'notice', text: t('ended') }));
    note.order = 0;
    put(note);
  }
  quick();
}

// ---------------------------------------------------------------- taking in

/** The resident's own line, if the gateway's copy of it is here already. @param {import('./api.js').Message} m */
function mine(m) {
  const open = lines.filter((l) => l.state && l.seq === null && l.order > 0);
  return (
    open.filter((l) => l.id === (m.client_id || m.id))[0] ||
    open.filter((l) => l.text === m.text && l.state !== 'refused')[0] ||
    open.filter((l) => l.state === 'sent')[0] // masked on the way: same line, other text
  );
}

/** Takes in messages of this conversation; says whether another tab wrote. @param {import('./api.js').Message[]} msgs @param {Line} [answered] */
export function take(msgs, answered) {
  const near = atBottom();
  /** @type {Line|null} */
  let first = null;
  let elsewhere = false;
  msgs.forEach((m) => {
    if (!m || typeof m.seq !== 'number' || bySeq[m.seq]) return;
    const own = m.from === 'resident' ? mine(m) : null;
    if (own) {
      own.seq = own.order = m.seq;
      bySeq[m.seq] = own;
      if (own.text !== m.text) {
        own.text = m.text;
        (/** @type {HTMLElement} */ (own.node.querySelector('.words'))).textContent = m.text;
      }
      if (own.state !== 'sent') deeds.delivered(own); // the call failed, yet it arrived
      put(own);
      return;
    }
    const line = (bySeq[m.seq] = lineOf(m));
    if (m.from === 'resident') elsewhere = true;
    put(line);
    under(line.node, m); // after the words: it is there to be tapped, not to be read out with them
    if (!first) first = line;
  });
  if (first) {
    const l = /** @type {Line} */ (first);
    if (!$('log').hasAttribute('aria-busy')) readReply(l.node, l.msg);
    if (near || answered) reveal(first);
    else $('jump').hidden = false;
  }
  quick();
  return elsewhere;
}

// ---------------------------------------------------------------- under the lines

/** Draws what is under the resident's own line. @param {Line} line */
function foot(line) {
  if (!line.foot) line.node.append((line.foot = el('div', 'foot')));
  const f = line.foot;
  f.textContent = '';
  const last = lines.filter((l) => l.from === 'resident').pop();
  if (line.state === 'sending' || (line.state === 'sent' && line === last)) {
    const s = el('span', 'state', t(line.state === 'sending' ? 'sending' : 'sent'));
    s.setAttribute('aria-live', 'off');
    f.append(s);
  } else if (line.state === 'failed' || line.state === 'refused') {
    if (line.note) f.append(el('span', 'why', line.note));
    const no = line.state === 'refused';
    f.append(button('retry', t(no ? 'edit' : 'retry'), () => (no ? deeds.edit(line) : deeds.again(line))));
  }
}

export const feet = () => lines.forEach((l) => l.state && foot(l));

/** The newest words of ours that offer something, while that still makes sense. */
function offering() {
  for (let i = lines.length - 1; i >= 0; i--) {
    const l = lines[i];
    if (l.from !== 'resident') return l.order > 0 && (l.msg.quick_replies || []).length ? l : null;
    if (talk.handledBy === 'bot' && l.state !== 'failed' && l.state !== 'refused') return null;
  }
  return null;
}

/** Buttons under the newest words of ours. Those that are there already stay, so that none is lost under a finger. */
export function quick() {
  const line = offering();
  const there = Array.from($('log').querySelectorAll('.quick'));
  if (line && there.length === 1 && there[0].parentNode === line.node) return;
  there.forEach((e) => e.remove());
  if (!line) return;
  const box = set(el('div', 'quick chips'), { role: 'group', 'aria-label': t('quick') });
  (line.msg.quick_replies || []).forEach((q) => box.append(button('chip', q.title, () => deeds.say(q.title, q.payload))));
  line.node.append(box);
}

// ---------------------------------------------------------------- scrolling

/** Scrolls so that a line is read from its beginning, with the question above it. @param {Line} line @param {boolean} [jump] */
export function reveal(line, jump) {
  let node = line.node;
  const box = scroller();
  const above = lines[lines.indexOf(line) - 1];
  if (above && above.from === 'resident' && above.node.offsetHeight < box.clientHeight / 4) node = above.node;
  const bar = $('tools').getBoundingClientRect();
  const head = $('tools').parentNode.getBoundingClientRect().height || bar.height;
  const top = Math.min(
    node.getBoundingClientRect().top - box.getBoundingClientRect().top + box.scrollTop - head - 14, box.scrollHeight - box.clientHeight);
  const still = jump || matchMedia('(prefers-reduced-motion: reduce)').matches;
  try {
    box.scrollTo({ top, behavior: still ? 'auto' : 'smooth' });
  } catch (_) {
    box.scrollTop = top;
  }
}

/** Scrolls to the newest line. @param {boolean} [jump] */
export function revealLast(jump) {
  if (lines.length) reveal(lines[lines.length - 1], jump);
}
