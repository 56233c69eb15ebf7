// What has come back: fetching the conversation, and asking again for as long as something may follow.
import { call, Refused } from './api.js';
import { lines, retire, take } from './log.js';
import { leave, owner, talk } from './conversation.js';
import { offline, status } from './signs.js';

let cursor = 0;
let timer = 0;
let failures = 0;
let lively = 0; // until when to look often
let waitingSince = 0;
let polling = false;
let pollAgain = false;

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
  status('typing', due === 2 ? '还在查，查到马上告诉您' : due || (asking && talk.handledBy === 'bot') ? '正在查找，请稍等' : '');
}

/** The gateway no longer knows this conversation. */
export function forget() {
  leave();
  cursor = 0;
  retire();
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
      const r = await call('/api/chat/' + encodeURIComponent(c) + '/messages?after=' + cursor, { token: talk.token });
      if (c !== talk.id) break;
      const got = r.messages || [];
      owner(r.handled_by);
      if (take(got) && !all) lively = Date.now() + 60000;
      const before = cursor;
      cursor = Math.max.apply(null, got.map((m) => m.seq).concat(cursor));
      more = (!!all || !before) && cursor > before;
    }
    failures = 0;
    offline(false);
  } catch (e) {
    const s = e instanceof Refused ? e.status : 0;
    if (s === 404 || s === 401) forget();
    else {
      failures++;
      wait = Math.min(60000, 2000 * Math.pow(2, failures)) * (0.8 + 0.4 * Math.random());
      if (e instanceof Refused && e.wait) wait = Math.max(wait, e.wait * 1000);
      if (s !== 429) offline(true);
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
  timer = window.setTimeout(poll, wait || (often ? 2000 : 15000));
}

/** No more polling until the next call. */
export function rest() {
  clearTimeout(timer);
}

/** Another tab wrote: look now, and often for a while. */
export function liven() {
  lively = Date.now() + 60000;
  poll();
}

/** The network is back. */
export function reconnect() {
  failures = 0;
  offline(false);
  poll();
}
