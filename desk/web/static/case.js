// A case while it is open on the screen: what is said as it is said, replies, ready phrases, policy to insert.
const $ = (id) => document.getElementById(id);
const csrf = document.querySelector('meta[name=csrf]').content;
const log = $('log');
const form = $('reply');
const words = $('words');
const state = $('state');

function el(tag, cls, text) {
  const e = document.createElement(tag);
  if (cls) e.className = cls;
  if (text !== undefined) e.textContent = text;
  return e;
}

const used = () => document.dispatchEvent(new Event('console:used'));

function send(path, fields) {
  used();
  return fetch(path, {
    method: 'POST',
    headers: { Accept: 'application/json', 'X-CSRF-Token': csrf, 'Content-Type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(fields).toString(),
  });
}

// ---------------------------------------------------------------- the conversation

const time = new Intl.DateTimeFormat('zh-CN', { hour: '2-digit', minute: '2-digit', hour12: false, timeZone: 'Asia/Shanghai' });

function show(m) {
  if (log.querySelector('[data-seq="' + m.seq + '"]')) return;
  const near = log.scrollHeight - log.clientHeight - log.scrollTop < 80;
  const who = m.from === 'staff' ? (m.data && m.data.name) || '' : log.dataset[m.from] || '';
  const line = el('div', 'line from-' + m.from);
  line.dataset.seq = m.seq;
  line.append(el('p', 'by', who + ' · ' + time.format(new Date(m.at))), el('p', 'said', m.text));
  const after = Array.from(log.children).filter((l) => +l.dataset.seq > m.seq)[0];
  log.insertBefore(line, after || null);
  if (near || m.from === 'staff') log.scrollTop = log.scrollHeight;
}

let owner = null;
let leaving = false; // a form of this page is on its way: what it does shows on the page it leads to
window.addEventListener('submit', (ev) => ev.defaultPrevented || (leaving = true));

function listen() {
  const after = Math.max(0, ...Array.from(log.children, (l) => +l.dataset.seq || 0));
  const stream = new EventSource(log.dataset.events + '?after=' + after);
  stream.addEventListener('message', (ev) => show(JSON.parse(ev.data)));
  stream.addEventListener('state', (ev) => {
    const now = JSON.parse(ev.data).handled_by;
    // Somebody else has moved the case: what can be done with it has changed.
    if (owner !== null && now !== owner && !leaving && !(words && words.value.trim())) location.replace(location.pathname);
    owner = now;
  });
  stream.addEventListener('erased', () => location.reload());
  // It ended and does not come back by itself: somebody logged out.
  stream.addEventListener('error', async () => {
    if (stream.readyState !== EventSource.CLOSED) return;
    const answer = await fetch('/desk/canned.json', { headers: { Accept: 'application/json' } }).catch(() => null);
    if (answer && answer.status === 401) location.reload();
  });
}
if (log) {
  log.scrollTop = log.scrollHeight;
  listen();
}

// ---------------------------------------------------------------- replying

const newId = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, '0')).join('');
let typedAt = 0;

if (form) {
  const draft = 'huimin-desk.' + form.action;
  words.value = words.value || sessionStorage.getItem(draft) || '';
  form.addEventListener('submit', async (ev) => {
    ev.preventDefault();
    const text = words.value.trim();
    if (!text) return words.focus();
    const button = form.querySelector('button');
    button.disabled = true;
    state.textContent = form.dataset.sending;
    try {
      const r = await send(form.action, { id: form.elements.id.value, text });
      if (!r.ok) {
        const said = await r.json().catch(() => null);
        state.textContent = (said && said.error && said.error.message) || form.dataset.failed;
      } else {
        state.textContent = form.dataset.sent;
        form.elements.id.value = newId();
        words.value = '';
        sessionStorage.removeItem(draft);
      }
    } catch (_) {
      state.textContent = form.dataset.failed; // under the same id: it is said once
    }
    button.disabled = false;
    words.focus();
  });
  words.addEventListener('input', () => {
    sessionStorage.setItem(draft, words.value);
    if (words.value.trim() && Date.now() - typedAt > 4000) {
      typedAt = Date.now();
      send(form.action.replace(/reply$/, 'typing'), {}).catch(() => {});
    }
    offer();
  });
  words.addEventListener('keydown', (ev) => {
    if (ev.isComposing || ev.keyCode === 229) return; // an input method is at work
    if (picking(ev)) return;
    if (ev.key === 'Enter' && !ev.shiftKey && !ev.altKey) {
      ev.preventDefault();
      form.requestSubmit();
    }
  });
}

// ---------------------------------------------------------------- ready phrases

const picks = $('canned');
let ready = null;
let chosen = 0;

async function phrases() {
  if (!ready) ready = await (await fetch('/desk/canned.json', { headers: { Accept: 'application/json' } })).json();
  return ready;
}

const asked = () => /(^|\s)\/([a-z\u4e00-\u9fff]*)$/i.exec(words.value.slice(0, words.selectionStart));

async function offer() {
  if (!asked()) return hide();
  const all = await phrases().catch(() => []);
  const m = asked(); // as it stands now: more may have been typed meanwhile, or a phrase been taken
  if (!m) return hide();
  const key = m[2].toLowerCase();
  const fit = all.filter((p) => p.code.startsWith(key) || p.initials.startsWith(key) || (key && p.text.indexOf(key) >= 0));
  picks.textContent = '';
  fit.slice(0, 8).forEach((p, i) => {
    const li = el('li', '', '/' + p.code + '　' + p.text);
    li.setAttribute('role', 'option');
    li.setAttribute('aria-selected', String(i === 0));
    li.addEventListener('mousedown', (ev) => (ev.preventDefault(), insert(p.text)));
    li.dataset.text = p.text;
    picks.append(li);
  });
  chosen = 0;
  picks.hidden = !fit.length;
}

function hide() {
  if (picks) picks.hidden = true;
}

function insert(text) {
  const at = words.selectionStart;
  const m = asked();
  const from = m ? at - m[2].length - 1 : at;
  words.setRangeText(text, from, at, 'end');
  words.dispatchEvent(new Event('input'));
  hide();
  words.focus();
}

function picking(ev) {
  if (!picks || picks.hidden) return false;
  const all = Array.from(picks.children);
  if (ev.key === 'ArrowDown' || ev.key === 'ArrowUp') {
    chosen = (chosen + (ev.key === 'ArrowDown' ? 1 : all.length - 1)) % all.length;
    all.forEach((li, i) => li.setAttribute('aria-selected', String(i === chosen)));
    all[chosen].scrollIntoView({ block: 'nearest' });
  } else if (ev.key === 'Enter' || ev.key === 'Tab') insert(all[chosen].dataset.text);
  else if (ev.key === 'Escape') hide();
  else return false;
  ev.preventDefault();
  return true;
}

// ---------------------------------------------------------------- policy to insert

const look = $('look');
let turn = 0;

async function search() {
  const q = look.value.trim();
  const mine = ++turn;
  const list = $('found');
  if (!q) return (list.textContent = '');
  const region = look.dataset.region ? '&region=' + encodeURIComponent(look.dataset.region) : '';
  const r = await fetch('/api/lookup?limit=6&type=provision&q=' + encodeURIComponent(q) + region);
  if (mine !== turn || !r.ok) return;
  const found = (await r.json()).results;
  list.textContent = '';
  if (!found.length) list.append(el('li', 'soft', look.dataset.none));
  found.forEach((hit) => {
    const li = el('li');
    const b = el('button', '', look.dataset.insert);
    b.type = 'button';
    const sources = (hit.citations || []).map((c) => '《' + c.document + '》' + (c.section || '')).join('、');
    b.setAttribute('aria-label', look.dataset.insert + '：' + hit.title);
    b.addEventListener('click', () => insert(hit.text + (sources ? look.dataset.sources.replace('%', sources) : '')));
    li.append(el('span', '', hit.title + '：' + hit.text), b);
    list.append(li);
  });
}

if (look) {
  let timer = 0;
  look.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(() => search().catch(() => {}), 250);
  });
  document.addEventListener('keydown', (ev) => {
    if (!(ev.ctrlKey || ev.metaKey) || ev.key.toLowerCase() !== 'k' || ev.isComposing) return;
    ev.preventDefault();
    look.focus();
  });
}
