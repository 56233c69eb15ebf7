// What has come back: taking it in, and asking again while no stream tells of it.
import { call, ofChat } from './api.js';
import { frame } from './host.js';
import { missed } from './launcher.js';
import { drop, lines, retire, take } from './log.js';
import { leave, owner, talk } from './conversation.js';
import { gone, Refused } from './refused.js';
import { offline, status } from './signs.js';
import { t } from './texts.js';

let seen = 0; // the number of the newest message that is here, with all before it
let timer = 0;
let failures = 0;
let lively = 0; // until when to look often
let waitingSince = 0;
let polling = false;
let pollAgain = false;
let told = false; // a stream tells of everything: no asking
let who = ''; // is at work on a reply, as the stream says

/** Up to which message everything is here. */
export const cursor = () => seen;

/** Is an answer still to come: one that a notice promised (2), or to a line that arrived while its call failed (1)? */
function pending() {
  const now = lines.filter((l) => l.order > 0);
  const last = now[now.length - 1];
  const said = now.filter((l) => l.from !== 'resident').pop();
  const kind =
    said && said.msg.data && said.msg.data.pending ? 2 : last && last.from === 'resident' && last.seq !== null && talk.handledBy === 'bot' ? 1 : 0;
  if (!kind) waitingSince = 0;
  else if (!waitingSince) waitingSince = Date.now();
  return Date.now() - waitingSince < (kind === 2 ? 11 : 1) * 60000 ? kind : 0;
}

/** The typing mark. */
export function mark() {
  const asking = lines.some((l) => l.state === 'sending');
  const due = asking ? 0 : pending();
  const busy = told ? who === 'bot' : due > 0;
  const bot = busy || (asking && talk.handledBy === 'bot');
  status('typing', who === 'staff' ? t('typing_staff') : busy && due === 2 ? t('typing_long') : bot ? t('typing_bot') : '');
}

/** Everything is to be read anew. */
export function rewind() {
  seen = 0;
}

/** The gateway no longer knows this conversation. */
export function forget() {
  leave();
  seen = 0;
  who = '';
  retire();
}

/** How many of these are a person's and new. @param {import('./api.js').Message[]} got */
const staffAmong = (got) => got.filter((m) => m.seq > seen && m.from === 'staff').length;

/** What a stream tells of. @param {import('./api.js').Message[]} got */
export function arrived(got) {
  missed(staffAmong(got));
  take(got);
  seen = Math.max.apply(null, got.map((m) => m.seq).concat(seen));
  mark();
}

/** Who is at work on a reply. @param {string} by nobody: '' */
export function atWork(by) {
  who = by;
  mark();
}

/** Everything before this message is deleted; null: the conversation itself. @param {number|null} seq */
export function erased(seq) {
  if (seq === null) return forget();
  lines.filter((l) => l.order > 0 && l.order < seq).forEach(drop);
}

/** Whether a stream tells of everything that comes. @param {boolean} is */
export function quiet(is) {
  told = is;
  frame().setAttribute('data-live', is ? 'stream' : 'asking');
  if (is) clearTimeout(timer);
}

/** @param {boolean} [all] read to the end */
export async function poll(all) {
  clearTimeout(timer);
  if (polling) {
    pollAgain = true;
    return;
  }
  if (!talk.id || document.hidden) return;
  polling = true;
  let wait = 0;
  try {
    let more = true;
    while (more && talk.id) {
      /** @type {string} */
      const c = talk.id;
      /** @type {import('./api.js').Reply} */
      const r = await call(ofChat(c, 'messages?after=' + seen), { token: talk.token });
      if (c !== talk.id) break;
      const got = r.messages || [];
      owner(r.handled_by);
      if (!all) missed(staffAmong(got));
      if (take(got) && !all) lively = Date.now() + 60000;
      const before = seen;
      seen = Math.max.apply(null, got.map((m) => m.seq).concat(seen));
      more = (!!all || !before) && seen > before;
    }
    failures = 0;
    offline(false);
  } catch (e) {
    if (gone(e)) forget();
    else {
      failures++;
      wait = Math.min(60000, 2000 * Math.pow(2, failures)) * (0.8 + 0.4 * Math.random());
      if (e instanceof Refused && e.wait) wait = Math.max(wait, e.wait * 1000);
      if (!(e instanceof Refused) || e.status !== 429) offline(true);
    }
  }
  polling = false;
  mark();
  if (pollAgain && !wait) {
    pollAgain = false;
    return poll();
  }
  pollAgain = false;
  const often = talk.handledBy !== 'bot' || pending() || Date.now() < lively;
  if (told) return;
  timer = window.setTimeout(poll, wait || (often ? 2000 : 15000));
}

/** Ask in a moment, unless a stream tells before. */
export function soon() {
  failures = 0;
  clearTimeout(timer);
  timer = window.setTimeout(poll, 3000);
}

/** No more asking until the next call. */
export function pause() {
  clearTimeout(timer);
}

/** Another tab wrote: look now, and often for a while. */
export function liven() {
  if (told) return;
  lively = Date.now() + 60000;
  poll();
}
