// Start-up, and who calls whom.
import { button } from './dom.js';
import { leaveNumber } from './callback.js';
import { listen, rewrite, typed } from './composer.js';
import { resume, talk } from './conversation.js';
import { connectFeedback } from './feedback.js';
import { $, here, scroller, tell, wish } from './host.js';
import { liven, poll, rewind } from './history.js';
import { recall } from './kept.js';
import { follow, reconnect, rest } from './live.js';
import { clear, drop, lines, revealLast, takeDown, wire } from './log.js';
import { choose, chosen, wear } from './look.js';
import { openMore, wipe } from './more.js';
import { lookForNotice, showNotice } from './notice.js';
import { again, delivered, outbox, pump, restore, say } from './outbox.js';
import { nameThePlace, pickPlace, showPlace } from './places.js';
import { tellOnce } from './privacy.js';
import { atBottom, offline } from './signs.js';
import { hush, listenToVoice } from './speech.js';
import { sayAnew, script, speakIn, t } from './texts.js';

/** @param {import('./log.js').Line} line */
function edit(line) {
  drop(line);
  rewrite(line.text);
}

/** Shows the conversation this phone knows, if any. */
async function adopt() {
  if (!resume()) return;
  $('log').setAttribute('aria-busy', 'true');
  await poll(true);
  follow();
  $('log').removeAttribute('aria-busy');
  revealLast(true);
}

function offerExamples() {
  $('examples').textContent = '';
  (wish('examples') || t('examples')).split('|').forEach((q) => $('examples').append(button('chip', q.trim(), () => say(q.trim()))));
}

/** What the resident taps. */
function listenToWidget() {
  $('place').onclick = pickPlace;
  $('large').onclick = () => {
    choose('large', !chosen('large'));
    typed();
  };
  $('more').onclick = () => openMore(useScript);
  $('human').onclick = () => say(t('human'));
  $('callback').onclick = leaveNumber;
  $('jump').onclick = () => {
    $('jump').hidden = true;
    revealLast();
  };
  scroller().addEventListener('scroll', () => atBottom() && ($('jump').hidden = true), { passive: true });
  // The page around may have shortcuts of its own on single letters; what is typed here is not for them.
  ['keydown', 'keypress', 'keyup'].forEach((type) => here.root.addEventListener(type, (ev) => ev.stopPropagation()));
  listen(say);
  listenToVoice();
}

/** Runs only while the widget is in the page. @template {any[]} A @param {(...args: A) => void} what */
const whileHere = (what) => (/** @type {A} */ ...args) => here.host.isConnected && what(...args);

let hearing = false;
/** What the browser, the network and other tabs tell. */
function listenToPhone() {
  if (hearing) return;
  hearing = true;
  document.addEventListener('visibilitychange', whileHere(() => {
    if (document.hidden) return rest();
    follow();
    lookForNotice();
  }));
  window.addEventListener('pagehide', hush);
  window.addEventListener('offline', whileHere(() => {
    rest();
    offline(true);
  }));
  window.addEventListener('online', whileHere(() => {
    reconnect();
    if (outbox.length) pump();
  }));
  window.addEventListener('storage', whileHere((/** @type {StorageEvent} */ ev) => {
    if (ev.key === 'huimin.chat' && !talk.id && !outbox.length) adopt();
    else if (ev.key === 'huimin.poke') liven();
    else if (ev.key === 'huimin.region') showPlace();
    else if (ev.key === 'huimin.notice') showNotice();
    else if (ev.key === 'huimin.erased') wipe();
    else if (ev.key === 'huimin.told') $('privacy').hidden = true;
    else if (ev.key === 'huimin.large' || ev.key === 'huimin.contrast') wear();
    else if (ev.key === 'huimin.script') useScript(recall('script') || 'hans');
  }));
}

/** Everything the widget says, said anew in other characters. */
async function redraw() {
  sayAnew();
  offerExamples();
  nameThePlace();
  lookForNotice();
  tellOnce();
  rest();
  takeDown();
  rewind();
  await adopt();
}

/** @param {'hans'|'hant'} to @returns {Promise<boolean>} false if the words could not be fetched */
async function useScript(to) {
  if (to === script()) return true;
  if (!(await speakIn(to))) return false;
  await redraw();
  return true;
}

let listening = /** @type {ShadowRoot|null} */ (null);

export async function begin() {
  const script = recall('script') || wish('script');
  if (script === 'hant' && (await speakIn('hant'))) sayAnew();
  wire({ say, again, edit, delivered });
  connectFeedback(() => say(t('human')));
  if (listening !== here.root) listenToWidget();
  listening = here.root;
  listenToPhone();
  offerExamples();
  showPlace();
  nameThePlace();
  lookForNotice();
  tellOnce();
  if (recall('chat')) $('welcome').hidden = true; // no flash before the history is here
  await adopt();
  restore();
  $('welcome').hidden = lines.length > 0;
  tell('ready');
  if (outbox.length) pump();
  waiting.splice(0).forEach((text) => say(text));
  ready = true;
}

let ready = false;
/** @type {string[]} asked by the page before all was there */ const waiting = [];

/** @param {string} text */
export function ask(text) {
  if (ready) say(text);
  else waiting.push(text);
}

/** The element is gone from the page: nothing goes on. */
export function end() {
  ready = false;
  rest();
  hush();
  clear();
  rewind();
}
