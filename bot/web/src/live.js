// Keeping the event stream of this conversation open; while there is none, the history is asked again and again.
import { address, ofChat } from './api.js';
import { owner, talk } from './conversation.js';
import { arrived, atWork, cursor, erased, forget, pause, poll, quiet, soon } from './history.js';
import { offline } from './signs.js';
import { gone, Refused } from './refused.js';
import { canStream, read } from './stream.js';

const SILENCE = 45000; // the gateway says something every 20 seconds
const LONGEST = 60000;

/** @type {AbortController|null} */ let open = null;
let of = ''; // the conversation whose stream is open
let timer = 0;
let failures = 0;
let hint = 2000;

/** @param {import('./stream.js').ServerEvent} ev */
function hear(ev) {
  const d = JSON.parse(ev.data);
  failures = 0;
  quiet(true);
  offline(false);
  if (ev.name === 'state') owner(d.handled_by);
  else if (ev.name === 'message') arrived([d]);
  else if (ev.name === 'typing') atWork(d.on ? d.who : '');
  else if (ev.name === 'erased') erased(d.seq);
}

/** Sees to it that this conversation is followed: by its stream where it can be, else by asking again and again. */
export function follow() {
  if (!talk.id || document.hidden) return;
  if (open && of !== talk.id) rest(); // another conversation has begun
  if (open) return;
  clearTimeout(timer);
  if (!canStream || failures) poll();
  else soon();
  if (canStream) connect(talk.id);
}

/** @param {string} conversation */
async function connect(conversation) {
  const abort = (open = new AbortController());
  of = conversation;
  let wait = 0;
  try {
    await read(address(ofChat(conversation, 'events')), {
      token: talk.token,
      last: cursor(),
      silence: SILENCE,
      abort,
      on: (ev) => open === abort && hear(ev),
      retry: (ms) => (hint = ms),
    });
  } catch (e) {
    failures++;
    if (open === abort && gone(e)) forget();
    if (e instanceof Refused) wait = e.wait * 1000;
  }
  if (open !== abort) return; // ended by us
  open = null;
  quiet(false);
  atWork('');
  // A stream that ends well is taken up again soon, one that fails ever later; meanwhile the history is asked.
  const backoff = failures ? Math.min(LONGEST, hint * Math.pow(2, failures - 1)) * (0.8 + 0.4 * Math.random()) : hint;
  timer = window.setTimeout(follow, Math.max(wait, backoff));
  poll();
}

/** Nobody looks, or the network is gone: no stream until the next call. */
export function rest() {
  clearTimeout(timer);
  const abort = open;
  open = null;
  if (abort) abort.abort();
  quiet(false);
  atWork('');
  pause();
}

/** The network is back. */
export function reconnect() {
  rest();
  failures = 0;
  offline(false);
  follow();
}
