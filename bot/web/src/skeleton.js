// What is always there: head, tools, conversation, box to write in, panel, and the button that opens it all.
import { button, drawing, el, set } from './dom.js';
import { here, wish } from './host.js';
import { labelled, says } from './texts.js';
import css from './widget.css';

const ICON = /** @type {[string, string][]} */ ([
  ['var(--accent)', 'M16 0h32a16 16 0 0 1 16 16v32a16 16 0 0 1-16 16H16A16 16 0 0 1 0 48V16A16 16 0 0 1 16 0z'],
  ['#fdf8ee', 'M14 14h36a6 6 0 0 1 6 6v22a6 6 0 0 1-6 6H32l-11 9a1.5 1.5 0 0 1-2.5-1.2V48H14a6 6 0 0 1-6-6V20a6 6 0 0 1 6-6z'],
  ['#d9653b', 'M32 42.5S19.5 35.2 19.5 27.6c0-3.9 2.9-6.6 6.3-6.6 2.6 0 4.9 1.5 6.2 3.9 1.3-2.4 3.6-3.9 6.2-3.9 3.4 0 6.3 2.7 6.3 6.6 0 7.6-12.5 14.9-12.5 14.9z'],
]);
const MICROPHONE = 'M12 15a3.5 3.5 0 0 0 3.5-3.5v-6a3.5 3.5 0 0 0-7 0v6A3.5 3.5 0 0 0 12 15zm6-3.5a1 1 0 0 0-2 0 4 4 0 0 1-8 0 1 1 0 0 0-2 0 6 6 0 0 0 5 5.9V20H9a1 1 0 0 0 0 2h6a1 1 0 0 0 0-2h-2v-2.600a6 6 0 0 0 5-5.900z';

export const icon = () => drawing('0 0 64 64', ...ICON);

/** @template {HTMLElement} E @param {E} e @param {string} id @returns {E} */
function named(e, id) {
  e.id = id;
  return e;
}

/** A line that is read out when it changes. @param {string} id @param {string} cls @param {keyof HTMLElementTagNameMap} [tag] */
const status = (id, cls, tag) => set(named(el(tag || 'p', cls), id), { role: 'status' });

/** @param {string} id @param {string} cls @param {import('./texts.js').Key} key */
const tool = (id, cls, key) => says(named(button('tool ' + cls), id), key);

function head() {
  const own = here.mode === 'page';
  const title = named(el(own ? 'h1' : 'h2'), 'title');
  if (wish('heading')) title.textContent = wish('heading');
  else says(title, 'title');
  const brand = el(own ? 'header' : 'div', 'brand', icon(), el('div', '', title, says(el('p'), 'tagline')));
  const place = set(
    named(button('tool place'), 'place'), { 'aria-haspopup': 'dialog' });
  place.append(says(el('span', 'k'), 'place_label'), named(el('span'), 'place-name'));
  const shut = labelled(named(button('tool shut', '✕'), 'close'), 'close_window');
  const tools = named(
    el('div', 'tools', place, set(tool('large', '', 'large'), { 'aria-pressed': 'false' }),
      set(tool('more', '', 'more'), { 'aria-haspopup': 'dialog' }), tool('human', 'human', 'human'), here.mode === 'button' && shut), 'tools');
  return el('div', 'top', brand, tools);
}

function welcome() {
  const chips = set(named(el('div', 'chips'), 'examples'), { role: 'group', 'aria-labelledby': 'try' });
  const hello = says(el('h2'), 'hello');
  const first = el('p');
  if (wish('greeting')) first.textContent = wish('greeting');
  else says(first, 'welcome');
  return labelled(
    named(el('section', 'welcome', hello, first, says(el('p', 'soft'), 'welcome_more'), says(named(el('h3'), 'try'), 'try'), chips), 'welcome'),
    'welcome_label');
}

function conversation() {
  const log = labelled(set(named(el('div', 'log'), 'log'), { role: 'log', 'aria-live': 'polite' }), 'log');
  const typing = set(status('typing', 'typing'), { 'aria-live': 'polite' });
  const privacy = labelled(named(el('section', 'privacy'), 'privacy'), 'privacy_label');
  privacy.hidden = true;
  const main = named(el(here.mode === 'page' ? 'main' : 'div', 'main', welcome(), privacy, log, typing), 'main');
  main.tabIndex = -1;
  return main;
}

function composer() {
  const jump = says(named(button('jump'), 'jump'), 'jump');
  const label = says(set(el('label', 'vh'), { for: 'input' }), 'input_label');
  const input = labelled(
    set(named(el('textarea'), 'input'), { rows: '1', enterkeyhint: 'send', 'aria-describedby': 'count masked' }), 'input', 'placeholder');
  const speak = labelled(set(named(button('mic'), 'mic'), { 'aria-pressed': 'false' }), 'speak');
  speak.append(drawing('0 0 24 24', ['currentColor', MICROPHONE]));
  const send = says(set(named(el('button'), 'send'), { type: 'submit' }), 'send');
  const form = set(named(el('form', '', label, input, speak, send), 'form'), { autocomplete: 'off', novalidate: '' });
  const owner = el('div', 'bar owner', status('owner', ''), says(named(button('chip'), 'callback'), 'callback_open'));
  jump.hidden = speak.hidden = owner.hidden = true;
  return el(here.mode === 'page' ? 'footer' : 'div', 'composer', jump, status('net', 'bar net'), named(owner, 'owner-bar'), form,
    status('heard', 'count heard'), status('count', 'count'), says(named(el('p', 'hint'), 'masked'), 'masked'));
}

function style() {
  if ('adoptedStyleSheets' in here.root && 'replaceSync' in CSSStyleSheet.prototype) {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    here.root.adoptedStyleSheets = [sheet];
    return null;
  }
  return set(el('link'), { rel: 'stylesheet', href: here.base + 'widget.css' });
}

/** Builds the widget into its root. */
export function build() {
  const skip = says(button('skip', '', () => here.root.getElementById('input')?.focus()), 'skip');
  const app = named(el('div', 'app', here.mode === 'page' && skip, head(), status('notice', 'bar notice', 'div'), conversation(), composer()), 'app');
  const sheet = named(el('div', 'sheet'), 'sheet');
  sheet.hidden = true;
  const window = named(el('div', 'window', app, sheet), 'window');
  if (here.mode !== 'page') set(window, { role: here.mode === 'button' ? 'dialog' : 'region', 'aria-labelledby': 'title' });
  const launcher = set(named(button('launcher'), 'launcher'), { 'aria-haspopup': 'dialog', 'aria-expanded': 'false', part: 'launcher' });
  launcher.append(icon(), says(el('span'), 'launcher'), named(el('span', 'unread'), 'unread'));
  const frame = named(set(el('div', '', window, here.mode === 'button' && launcher), { lang: 'zh-CN' }), 'huimin');
  const link = style();
  if (link) {
    frame.hidden = true;
    link.onload = link.onerror = () => (frame.hidden = false);
    here.root.append(link);
  }
  here.root.append(frame);
}
