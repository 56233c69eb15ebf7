// What still has to go out: the resident's lines, sent one after the other, again under the same id when a call fails.
import { call, newId } from './api.js';
import { focused, tell } from './host.js';
import { keep, recall } from './kept.js';
import { drop, feet, lines, ownLine, put, quick, reveal, take } from './log.js';
import { join, owner, talk } from './conversation.js';
import { forget, mark, poll } from './history.js';
import { follow } from './live.js';
import { place, setPlace } from './places.js';
import { gone, Refused } from './refused.js';
import { offline } from './signs.js';
import { t } from './texts.js';

/** @typedef {import('./log.js').Line} Line */

/** @type {Line[]} still to be delivered, first in first out */ export const outbox = [];
let pumping = false;
let resend = 0;

/** @param {string} text @param {string} [payload] of a quick reply */
export function say(text, payload) {
  const head = outbox[0];
  if (head && head.state === 'failed' && head.text === text) return again(head); // typed once more: meant as a retry
  const line = ownLine(newId(), text, payload);
  outbox.push(line);
  const from = focused();
  put(line);
  save();
  quick();
  feet();
  if (from && !from.isConnected) line.node.focus({ preventScroll: true });
  reveal(line);
  tell('message', { from: 'resident' });
  pump();
}

/** @param {Line} line */
export function again(line) {
  line.node.focus({ preventScroll: true });
  pump();
}

/** Lines on their way survive a reload, and go out again under the same id. */
function save() {
  keep('outbox', outbox.length ? outbox.map((l) => ({ id: l.id, text: l.text, payload: l.payload, body: l.body })) : null, true);
}

/** What is still to go out does not. */
export function clearOutbox() {
  clearTimeout(resend);
  outbox.length = 0;
  save();
}

/** Brings back what was on its way before a reload. */
export function restore() {
  (recall('outbox', true) || []).forEach((/** @type {any} */ o) => {
    if (lines.some((l) => l.id === o.id && l.seq !== null)) return; // it arrived
    const line = ownLine(o.id, o.text, o.payload, o.body);
    outbox.push(line);
    put(line);
  });
  save();
}

/** @param {Line} line */
export function delivered(line) {
  line.state = 'sent';
  line.note = '';
  const i = outbox.indexOf(line);
  if (i >= 0) outbox.splice(i, 1);
  save();
  feet();
}

/** Sends what waits, one after the other, so that order holds and a conversation is begun only once. */
export async function pump() {
  clearTimeout(resend);
  if (pumping) return;
  pumping = true;
  outbox.forEach((l) => ((l.state = 'sending'), (l.note = '')));
  feet();
  quick();
  while (outbox.length) {
    mark();
    if (!(await attempt(outbox[0]))) {
      outbox.forEach((l) => (l.state = 'failed'));
      break;
    }
  }
  pumping = false;
  mark();
  feet();
  quick();
  if (outbox.length) reveal(outbox[outbox.length - 1]);
}

/** Was everything erased while it was on its way? @param {Line} line */
const erased = (line) => line.state !== 'sent' && outbox.indexOf(line) < 0;

/** One try. True: the line has left the outbox. @param {Line} line @returns {Promise<boolean>} */
async function attempt(line) {
  if (!line.body) {
    const region = place();
    line.body = {
      conversation: talk.id,
      message: line.payload ? { id: line.id, payload: line.payload } : { id: line.id, text: line.text },
      region: region ? region.code : null,
      as_of: null,
    };
    save();
  }
  const body = line.body;
  /** @type {import('./api.js').Reply} */
  let r;
  try {
    r = await call('api/chat', { body, token: body.conversation ? talk.token : null, timeout: 30000 });
  } catch (e) {
    return erased(line) || refused(line, e);
  }
  if (erased(line)) return true;
  offline(false);
  join(r);
  const seqs = (r.messages || []).map((m) => m.seq).filter((s) => typeof s === 'number');
  if (line.seq === null && seqs.length) line.order = Math.min.apply(null, seqs) - 0.5;
  const twin = lines.filter((l) => l !== line && l.from === 'resident' && l.seq !== null && l.seq === seqs[0] - 1 && l.text === line.text)[0];
  delivered(line);
  if (twin && line.seq === null) drop(line); // sent before a reload: the history has it already
  else put(line);
  owner(r.handled_by);
  take(r.messages || [], line);
  keep('poke', Date.now()); // other tabs
  (r.messages || []).forEach((m) => tell('message', { from: m.from, kind: m.kind }));
  follow();
  return true;
}

/** @param {Line} line @param {any} e @returns {boolean|Promise<boolean>} */
function refused(line, e) {
  if (line.state === 'sent') return true; // meanwhile seen in the history
  if (!(e instanceof Refused)) {
    if (talk.id) poll();
    return false;
  }
  offline(false);
  const s = e.status;
  if (gone(e) && line.body.conversation && !line.moved) {
    line.moved = true;
    if (talk.id === line.body.conversation) forget();
    line.id = newId();
    line.payload = undefined; // a choice belongs to its conversation; its words do not
    line.body = null;
    return attempt(line);
  }
  if (s === 429) {
    const wait = e.wait || 20;
    line.note = e.message || t('too_fast', { seconds: wait });
    if (wait <= 120) {
      line.note += t('sent_again');
      resend = window.setTimeout(pump, wait * 1000);
    }
    return false;
  }
  if (s >= 500 || gone(e)) {
    line.note = e.message || t('busy');
    return false;
  }
  line.note = e.message || t(s === 413 ? 'refused_long' : s === 409 ? 'refused_again' : s === 403 ? 'refused_place' : 'refused');
  if (/region/.test(e.code)) setPlace(null); // a place the gateway no longer knows must not block every message
  const above = lines[lines.indexOf(line) - 1];
  line.order = above ? above.order + 0.001 : 0.001; // it stays where it is
  line.state = 'refused';
  outbox.shift();
  save();
  feet();
  reveal(line);
  return true;
}
