// The resident's chat page: start-up, and who calls whom.
import { keep, recall } from './api.js';
import { $, button } from './view.js';
import { pickPlace, showPlace } from './places.js';
import { atBottom, offline } from './signs.js';
import { resume, talk } from './conversation.js';
import { drop, lines, revealLast, wire } from './log.js';
import { liven, poll } from './history.js';
import { follow, reconnect, rest } from './live.js';
import { again, delivered, outbox, pump, restore, say } from './outbox.js';
import { listen, rewrite, typed } from './composer.js';
import { lookForNotice, showNotice } from './notice.js';
import { openRecord, tellOnce, wipe } from './record.js';

const EXAMPLES = ['低保户的孩子读幼儿园要钱吗', '农村低保一个月多少钱', '高龄津贴怎么领', '特困供养要什么条件'];

/** @param {boolean} on */
function large(on) {
  document.documentElement.classList.toggle('large', on);
  $('large').setAttribute('aria-pressed', String(on));
}

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

/** What the resident taps. */
function listenToPage() {
  EXAMPLES.forEach((q) => $('examples').append(button('chip', q, () => say(q))));
  $('place').addEventListener('click', pickPlace);
  $('large').addEventListener('click', () => {
    const on = !document.documentElement.classList.contains('large');
    large(on);
    keep('large', on);
    typed();
  });
  $('record').addEventListener('click', openRecord);
  $('human').addEventListener('click', () => say('转人工'));
  $('jump').addEventListener('click', () => {
    $('jump').hidden = true;
    revealLast();
  });
  listen(say);
}

/** What the browser, the network and other tabs tell. */
function listenToPhone() {
  window.addEventListener('scroll', () => atBottom() && ($('jump').hidden = true), { passive: true });
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) return rest();
    follow();
    lookForNotice();
  });
  window.addEventListener('offline', () => {
    rest();
    offline(true);
  });
  window.addEventListener('online', () => {
    reconnect();
    if (outbox.length) pump();
  });
  window.addEventListener('storage', (ev) => {
    if (ev.key === 'huimin.chat' && !talk.id && !outbox.length) adopt();
    else if (ev.key === 'huimin.poke') liven();
    else if (ev.key === 'huimin.region') showPlace();
    else if (ev.key === 'huimin.notice') showNotice();
    else if (ev.key === 'huimin.erased') wipe();
    else if (ev.key === 'huimin.told') $('privacy').hidden = true;
    else if (ev.key === 'huimin.large') large(recall('large') === true);
  });
}

function start() {
  wire({ say, again, edit, delivered });
  large(recall('large') === true);
  showPlace();
  $('boot').hidden = true;
  listenToPage();
  listenToPhone();
  lookForNotice();
  tellOnce();
  if (recall('chat')) $('welcome').hidden = true; // no flash before the history is here
  adopt().then(() => {
    restore();
    $('welcome').hidden = lines.length > 0;
    if (outbox.length) pump();
  });
}

start();
