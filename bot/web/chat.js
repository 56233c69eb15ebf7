// The resident's chat page: what is said, what still has to go out, what has come back.
import { call, keep, newId, recall, Refused } from './api.js';
import { $, button, el, render } from './view.js';
import { pickPlace, place, setPlace, showPlace } from './places.js';

/**
 * A line on the screen. `order` sorts it: its seq, or Infinity until the gateway has numbered it.
 * @typedef {{seq: number|null, order: number, id: string, from: string, text: string, node: HTMLElement, msg: import('./api.js').Message,
 *   payload?: string, body?: any, state?: 'sending'|'failed'|'refused'|'sent', note?: string, moved?: boolean, foot?: HTMLElement}} Line
 */

const MAX = 1000;
const EXAMPLES = ['低保户的孩子读幼儿园要钱吗', '农村低保一个月多少钱', '高龄津贴怎么领', '特困供养要什么条件'];
const input = /** @type {HTMLTextAreaElement} */ ($('input'));
const log = $('log');

/** @type {string|null} */ let conversation = null;
/** @type {string|null} */ let token = null;
let handledBy = 'bot';
let cursor = 0;
/** @type {Line[]} on the screen, in order */ let lines = [];
/** @type {Line[]} still to be delivered, first in first out */ const outbox = [];
/** @type {Record<number, Line>} */ let bySeq = {};

// ---------------------------------------------------------------- lines

/** @param {Line} line */
function put(line) {
  const was = lines.indexOf(line);
  if (was >= 0) lines.splice(was, 1);
  let i = lines.length;
  while (i && lines[i - 1].order > line.order) i--;
  lines.splice(i, 0, line);
  const next = i + 1 < lines.length ? lines[i + 1].node : null;
  if (line.node.parentNode !== log || line.node.nextSibling !== next) log.insertBefore(line.node, next);
  $('welcome').hidden = true;
}

/** @param {import('./api.js').Message} msg @returns {Line} */
function lineOf(msg) {
  const seq = typeof msg.seq === 'number' ? msg.seq : null;
  return { seq, order: seq === null ? Infinity : seq, id: msg.client_id || msg.id || '', from: msg.from, text: msg.text, node: render(msg), msg };
}

/** A sentence of the page's own. @param {string} text */
function note(text) {
  const line = lineOf(/** @type {any} */ ({ from: 'system', kind: 'notice', text }));
  line.order = 0;
  put(line);
}

/** Draws what is under the resident's own line. @param {Line} line */
function foot(line) {
  if (!line.foot) line.node.append((line.foot = el('div', 'foot')));
  const f = line.foot;
  f.textContent = '';
  const last = lines.filter((l) => l.from === 'resident').pop();
  if (line.state === 'sending' || (line.state === 'sent' && line === last)) {
    const s = el('span', 'state', line.state === 'sending' ? '发送中……' : '已送达');
    s.setAttribute('aria-live', 'off');
    f.append(s);
  } else if (line.state === 'failed' || line.state === 'refused') {
    if (line.note) f.append(el('span', 'why', line.note));
    const no = line.state === 'refused';
    f.append(button('retry', no ? '改一改再发' : '没有送出，点这里重试', () => (no ? edit(line) : again(line))));
  }
}

const feet = () => lines.forEach((l) => l.state && foot(l));

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
function take(msgs, answered) {
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
      if (own.state !== 'sent') delivered(own); // the call failed, yet it arrived
      put(own);
      return;
    }
    const line = (bySeq[m.seq] = lineOf(m));
    if (m.from === 'resident') elsewhere = true;
    put(line);
    if (!first) first = line;
  });
  if (first) {
    if (near || answered) reveal(first);
    else $('jump').hidden = false;
  }
  quick();
  return elsewhere;
}

/** Buttons under the newest words of ours, while they still make sense. */
function quick() {
  Array.from(log.querySelectorAll('.quick')).forEach((e) => e.remove());
  for (let i = lines.length - 1; i >= 0; i--) {
    const l = lines[i];
    if (l.from === 'resident') {
      if (handledBy === 'bot' && l.state !== 'failed' && l.state !== 'refused') return;
      continue;
    }
    const choices = l.order > 0 ? l.msg.quick_replies || [] : [];
    if (!choices.length) return;
    const box = el('div', 'quick chips');
    box.setAttribute('role', 'group');
    box.setAttribute('aria-label', '快捷回复');
    choices.forEach((q) => box.append(button('chip', q.title, () => say(q.title, q.payload))));
    l.node.append(box);
    return;
  }
}

// ---------------------------------------------------------------- sending

/** @param {string} text @param {string} [payload] of a quick reply */
function say(text, payload) {
  const head = outbox[0];
  if (head && head.state === 'failed' && head.text === text) return again(head); // typed once more: meant as a retry
  const line = lineOf(/** @type {any} */ ({ id: newId(), from: 'resident', text }));
  line.payload = payload;
  line.state = 'sending';
  outbox.push(line);
  const from = document.activeElement;
  put(line);
  saveOutbox();
  quick();
  feet();
  if (from !== input && !document.contains(from)) line.node.focus({ preventScroll: true });
  reveal(line);
  pump();
}

/** @param {Line} line */
function again(line) {
  line.node.focus({ preventScroll: true });
  pump();
}

/** @param {Line} line */
function edit(line) {
  input.value = line.text;
  lines.splice(lines.indexOf(line), 1);
  line.node.remove();
  typed();
  input.focus();
}

/** Lines on their way survive a reload, and go out again under the same id. */
function saveOutbox() {
  keep('outbox', outbox.length ? outbox.map((l) => ({ id: l.id, text: l.text, payload: l.payload, body: l.body })) : null, true);
}

/** @param {Line} line */
function delivered(line) {
  line.state = 'sent';
  line.note = '';
  const i = outbox.indexOf(line);
  if (i >= 0) outbox.splice(i, 1);
  saveOutbox();
  feet();
}

let pumping = false;
let resend = 0;
/** Sends what waits, one after the other, so that order holds and a conversation is begun only once. */
async function pump() {
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

/** One try. True: the line has left the outbox. @param {Line} line @returns {Promise<boolean>} */
async function attempt(line) {
  if (!line.body) {
    const region = place();
    line.body = {
      conversation,
      message: line.payload ? { id: line.id, payload: line.payload } : { id: line.id, text: line.text },
      region: region ? region.code : null,
      as_of: null,
    };
    saveOutbox();
  }
  const body = line.body;
  /** @type {import('./api.js').Reply} */
  let r;
  try {
    r = await call('/api/chat', { body, token: body.conversation ? token : null, timeout: 30000 });
  } catch (e) {
    return refused(line, e);
  }
  offline(false);
  if (r.token || r.conversation !== conversation) {
    conversation = r.conversation;
    token = r.token || token;
    keep('chat', { conversation, token });
  }
  const seqs = (r.messages || []).map((m) => m.seq).filter((s) => typeof s === 'number');
  if (line.seq === null && seqs.length) line.order = Math.min.apply(null, seqs) - 0.5;
  const twin = lines.filter((l) => l !== line && l.from === 'resident' && l.seq !== null && l.seq === seqs[0] - 1 && l.text === line.text)[0];
  delivered(line);
  if (twin && line.seq === null) {
    lines.splice(lines.indexOf(line), 1); // sent before a reload: the history has it already
    line.node.remove();
  } else put(line);
  owner(r.handled_by);
  take(r.messages || [], line);
  keep('poke', Date.now()); // other tabs
  poll();
  return true;
}

/** @param {Line} line @param {any} e @returns {boolean|Promise<boolean>} */
function refused(line, e) {
  if (line.state === 'sent') return true; // meanwhile seen in the history
  if (!(e instanceof Refused)) {
    if (conversation) poll();
    return false;
  }
  offline(false);
  const s = e.status;
  if ((s === 404 || s === 401) && line.body.conversation && !line.moved) {
    line.moved = true;
    if (conversation === line.body.conversation) forget();
    line.id = newId();
    line.payload = undefined; // a choice belongs to its conversation; its words do not
    line.body = null;
    return attempt(line);
  }
  if (s === 429) {
    const wait = e.wait || 20;
    line.note = e.message || '您发得有点快，请等 ' + wait + ' 秒。';
    if (wait <= 120) {
      line.note += ' 到时会自动重发。';
      resend = window.setTimeout(pump, wait * 1000);
    }
    return false;
  }
  if (s >= 500 || s === 404 || s === 401) {
    line.note = e.message || '系统暂时有点忙。急事请拨打 12345。';
    return false;
  }
  line.note =
    e.message || (s === 413 ? '这条太长了，请分几次发。' : s === 409 ? '这条没有发成功，请再发一次。' : s === 403 ? '这里不能发送，请从官方入口打开。' : '这条没看明白，请换个说法再发。');
  if (/region/.test(e.code)) setPlace(null); // a place the gateway no longer knows must not block every message
  const above = lines[lines.indexOf(line) - 1];
  line.order = above ? above.order + 0.001 : 0.001; // it stays where it is
  line.state = 'refused';
  outbox.shift();
  saveOutbox();
  feet();
  reveal(line);
  return true;
}

/** This conversation is gone: what stands on the screen stays, what follows begins anew. */
function forget() {
  const kept = recall('chat');
  const other = kept && kept.conversation !== conversation ? kept : null;
  conversation = other ? other.conversation : null;
  token = other ? other.token : null;
  if (!other) keep('chat', null);
  lines.forEach((l) => outbox.indexOf(l) < 0 && (l.order = -Infinity));
  bySeq = {};
  cursor = 0;
  owner('bot');
  if (lines.some((l) => l.order < 0)) note('之前的对话已经结束，下面是新的对话。');
  quick();
}

// ---------------------------------------------------------------- receiving

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
    said && said.msg.data && said.msg.data.pending ? 2 : last && last.from === 'resident' && last.seq !== null && handledBy === 'bot' ? 1 : 0;
  if (!kind) waitingSince = 0;
  else if (!waitingSince) waitingSince = Date.now();
  return Date.now() - waitingSince < (kind === 2 ? 11 : 1) * 60000 ? kind : 0;
}

/** @param {boolean} [all] read to the end */
async function poll(all) {
  clearTimeout(timer);
  if (polling) {
    pollAgain = true;
    return;
  }
  if (!conversation || document.hidden) return;
  polling = true;
  let wait = 0;
  try {
    let more = true;
    while (more && conversation) {
      /** @type {string} */
      const c = conversation;
      /** @type {import('./api.js').Reply} */
      const r = await call('/api/chat/' + encodeURIComponent(c) + '/messages?after=' + cursor, { token });
      if (c !== conversation) break;
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
  const often = handledBy !== 'bot' || pending() || Date.now() < lively;
  timer = window.setTimeout(poll, wait || (often ? 2000 : 15000));
}

// ---------------------------------------------------------------- signs

/** Sets a status text only when it changes, so that it is read out once. @param {string} id @param {string} text */
function status(id, text) {
  if ($(id).textContent === text) return;
  const grows = id !== 'typing' && lines.length && atBottom() ? document.documentElement.scrollHeight : 0;
  $(id).textContent = text;
  if (grows) window.scrollBy(0, document.documentElement.scrollHeight - grows); // a bar hides no line
}

/** @param {boolean} is */
function offline(is) {
  status('net', is ? '网络断开，正在重连……' : '');
}

/** @param {string} by */
function owner(by) {
  if (by) handledBy = by;
  document.documentElement.setAttribute('data-owner', handledBy);
  status('owner', handledBy === 'queue' ? '正在等待工作人员，您可以先把情况写下来' : handledBy === 'staff' ? '工作人员正在为您服务' : '');
}

/** The typing mark. */
function mark() {
  const asking = outbox.some((l) => l.state === 'sending');
  const due = asking ? 0 : pending();
  status('typing', due === 2 ? '还在查，查到马上告诉您' : due || (asking && handledBy === 'bot') ? '正在查找，请稍等' : '');
}

const atBottom = () => document.documentElement.scrollHeight - window.innerHeight - window.pageYOffset < 160;

/** Scrolls so that a line is read from its beginning, with the question above it. @param {Line} line @param {boolean} [jump] */
function reveal(line, jump) {
  let node = line.node;
  const above = lines[lines.indexOf(line) - 1];
  if (above && above.from === 'resident' && above.node.offsetHeight < window.innerHeight / 4) node = above.node;
  const bar = $('tools').getBoundingClientRect();
  const head = $('tools').parentNode.getBoundingClientRect().height || bar.height;
  const top = Math.min(node.getBoundingClientRect().top + window.pageYOffset - head - 14, document.documentElement.scrollHeight - window.innerHeight);
  const still = jump || matchMedia('(prefers-reduced-motion: reduce)').matches;
  try {
    window.scrollTo({ top, behavior: still ? 'auto' : 'smooth' });
  } catch (_) {
    window.scrollTo(0, top);
  }
}

/** After typing: height and counter. */
function typed() {
  input.style.height = 'auto';
  input.style.height = Math.min(input.scrollHeight + 4, window.innerHeight * 0.3) + 'px';
  const n = Array.from(input.value.trim()).length;
  const over = n > MAX;
  status('count', over ? '超出 ' + (n - MAX) + ' 个字，请分几次发' : n > MAX - 100 ? '还可以写 ' + (MAX - n) + ' 个字' : '');
  $('count').classList.toggle('over', over);
  input.setAttribute('aria-invalid', String(over));
  return n > 0 && !over;
}

function submit() {
  if (!typed()) return input.focus();
  const text = input.value.trim();
  input.value = '';
  typed();
  say(text);
}

/** @param {boolean} on */
function large(on) {
  document.documentElement.classList.toggle('large', on);
  $('large').setAttribute('aria-pressed', String(on));
}

// ---------------------------------------------------------------- start

function start() {
  large(recall('large') === true);
  showPlace();
  $('boot').hidden = true;
  EXAMPLES.forEach((q) => $('examples').append(button('chip', q, () => say(q))));

  $('place').addEventListener('click', pickPlace);
  $('large').addEventListener('click', () => {
    const on = !document.documentElement.classList.contains('large');
    large(on);
    keep('large', on);
    typed();
  });
  $('human').addEventListener('click', () => say('转人工'));
  $('form').addEventListener('submit', (/** @type {Event} */ ev) => {
    ev.preventDefault();
    submit();
  });
  let composing = false;
  input.addEventListener('compositionstart', () => (composing = true));
  input.addEventListener('compositionend', () => (composing = false));
  input.addEventListener('keydown', (ev) => {
    if (ev.key !== 'Enter' || ev.shiftKey || ev.isComposing || ev.keyCode === 229 || composing) return;
    ev.preventDefault();
    submit();
  });
  input.addEventListener('input', typed);
  $('jump').addEventListener('click', () => {
    $('jump').hidden = true;
    if (lines.length) reveal(lines[lines.length - 1]);
  });
  window.addEventListener('scroll', () => atBottom() && ($('jump').hidden = true), { passive: true });
  document.addEventListener('visibilitychange', () => (document.hidden ? clearTimeout(timer) : poll()));
  window.addEventListener('offline', () => offline(true));
  window.addEventListener('online', () => {
    failures = 0;
    offline(false);
    poll();
    if (outbox.length) pump();
  });
  window.addEventListener('storage', (ev) => {
    if (ev.key === 'huimin.chat' && !conversation && !outbox.length) adopt();
    else if (ev.key === 'huimin.poke') {
      lively = Date.now() + 60000;
      poll();
    } else if (ev.key === 'huimin.region') showPlace();
    else if (ev.key === 'huimin.large') large(recall('large') === true);
  });

  /** Takes up the conversation this phone knows. */
  function adopt() {
    const kept = recall('chat');
    if (!kept || typeof kept.conversation !== 'string') return Promise.resolve();
    conversation = kept.conversation;
    token = kept.token;
    log.setAttribute('aria-busy', 'true');
    return poll(true).then(() => {
      log.removeAttribute('aria-busy');
      if (lines.length) reveal(lines[lines.length - 1], true);
    });
  }

  if (recall('chat')) $('welcome').hidden = true; // no flash before the history is here
  adopt().then(() => {
    (recall('outbox', true) || []).forEach((/** @type {any} */ o) => {
      if (lines.some((l) => l.id === o.id && l.seq !== null)) return; // it arrived
      const line = lineOf(/** @type {any} */ ({ id: o.id, from: 'resident', text: o.text }));
      line.payload = o.payload;
      line.body = o.body;
      line.state = 'sending';
      outbox.push(line);
      put(line);
    });
    saveOutbox();
    $('welcome').hidden = lines.length > 0;
    if (outbox.length) pump();
  });
}

start();
