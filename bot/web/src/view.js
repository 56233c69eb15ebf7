// Messages to elements. Whatever came from the server or the resident becomes a text node, never markup.
import { el, set } from './dom.js';
import { t } from './texts.js';

/** @typedef {import('./api.js').Message} Message @typedef {import('./api.js').Fact} Fact @typedef {import('./api.js').Citation} Citation */

// Hotlines and landlines become links that dial; a sum that looks like one (120 元) does not. A ticket number stays in one piece.
const PHONE =
  /([打拨撥话話线線：:、或]\s?)(110|119|120|122)(?![\d.,%]|\s*[元岁歲天日人万萬个個月年周倍])|(^|[^\d.\-])(0\d{2,3}-\d{7,8}|400-?\d{3}-?\d{4}|123(?:09|15|20|28|33|38|45|48|51|55|56|93))(?![\d-]|\s*元)|\b(HM-[A-Z0-9]{6})\b/g;

/** @param {HTMLElement} into @param {string} text */
function speak(into, text) {
  let at = 0;
  text.replace(PHONE, (all, before, a, before2, b, ticket, /** @type {number} */ pos) => {
    const start = pos + (before || before2 || '').length;
    into.append(text.slice(at, start));
    if (ticket) into.append(el('strong', 'ticket', ticket));
    else {
      const link = el('a', 'tel', a || b);
      link.href = 'tel:' + (a || b).replace(/-/g, '');
      into.append(link);
    }
    at = pos + all.length;
    return '';
  });
  into.append(text.slice(at));
  return into;
}

/** A first line with a number to call stands out, its numbers as large as buttons. @param {HTMLElement} into @param {string} text */
function speakUp(into, text) {
  const end = (text + '\n').indexOf('\n');
  const first = speak(el('p', 'call'), text.slice(0, end));
  if (!first.querySelector('.tel')) return speak(into, text);
  into.append(first);
  if (text.length > end) into.append(speak(el('p'), text.slice(end + 1)));
  return into;
}

/** @type {Record<string, string>} */
const MARKS = { '✓': 'met', '✗': 'not-met', '？': 'open', '　': 'way', '·': 'item' };

/** A verdict line by line, the first one large, each condition with its mark. @param {HTMLElement} into @param {string} text @param {string} kind */
function speakInLines(into, text, kind) {
  const all = text.split('\n');
  all.forEach((line, i) => {
    const cls = kind === 'question' ? (i === all.length - 1 ? 'ask' : 'aside') : i === 0 ? 'verdict' : MARKS[line[0]] || '';
    const why = cls === 'ask' && /^(.*[？?。])（(.*)）$/.exec(line);
    into.append(speak(el('p', cls), why ? why[1] : line));
    if (why) into.append(speak(el('p', 'aside'), why[2]));
  });
  return into;
}

/** @param {string|undefined|null} iso */
export function day(iso) {
  const m = /^(\d{4})-(\d\d)-(\d\d)/.exec(iso || '');
  return m ? m[1] + '年' + +m[2] + '月' + +m[3] + '日' : iso || '';
}

/** @param {string|undefined|null} iso the day a value is stated for, as people say it */
export function about(iso) {
  const m = /^(\d{4})(?:-(\d\d))?(?:-(\d\d))?/.exec(iso || '');
  if (!m) return '';
  if (!m[2] || m[2] + m[3] === '0101') return m[1] + '年';
  return m[1] + (m[2] + m[3] === '1231' ? '年底' : '年' + +m[2] + '月');
}

/** @typedef {import('./texts.js').Key} Key */
/** @type {Record<string, Key>} */
const PER = { person: 'per_person', household: 'per_household', child: 'per_child', case: 'per_case' };
/** @type {Record<string, Key>} */
const COMPARATOR = { at_least: 'at_least', at_most: 'at_most', about: 'about' };
/** @type {Record<string, string>} */
const PERIOD = { 日: '天', 个月: '月', 個月: '月' };

/** “每人每月 不低于 450 元” in parts. @param {Fact} f @returns {{lead: string, cmp: string, num: string, unit: string}} */
export function figure(f) {
  const unit = f.unit || '';
  let lead = '';
  if (f.per === undefined) lead = /元/.test(unit) && !/[人户戶]/.test(unit) ? t('per_person') : '';
  else lead = f.per && PER[f.per] ? t(PER[f.per]) : '';
  const p = f.period ? PERIOD[f.period] || f.period : '';
  const every = !p ? '' : /^(每|一次)/.test(p) ? p : '每' + p;
  if (every !== lead) lead += every;
  const v = f.value;
  const num = typeof v === 'number' && v >= 10000 ? v.toLocaleString('en-US') : String(v);
  const cmp = f.comparator === 'at_most' && !/[元%]/.test(unit) ? 'at_most_count' : COMPARATOR[f.comparator || ''];
  return { lead, cmp: cmp ? t(cmp) : '', num, unit };
}

/** @param {string} s */
const title = (s) => (/^《/.test(s) ? s : '《' + s + '》');

/** @param {Fact} f @param {boolean} mixed the card is about several things @param {string} basis */
function factRow(f, mixed, basis) {
  const g = figure(f);
  const li = el('li', 'fact');
  // "15 天" alone says nothing: what is no sum of money, or one of several kinds, says what it is
  const bare = !mixed && f.aspect === 'amount' && /元/.test(f.unit || '');
  if (f.name) li.append(el('p', 'fact-name', f.name));
  else if (!bare && f.statement) li.append(el('p', 'fact-say', f.statement));
  li.append(
    el('p', 'figure', g.lead && el('span', 'lead', g.lead), g.lead && ' ', g.cmp && el('span', 'cmp', g.cmp), g.cmp && ' ',
      el('span', g.unit.length < 5 ? 'sum' : '', el('strong', 'num', g.num), ' ', el('span', 'unit', g.unit))));
  const tags = el('p', 'tags');
  if (f.region_name) tags.append(el('span', 'tag', f.region_name), ' ');
  if (f.audience) tags.append(el('span', 'tag', f.audience), ' ');
  const when = about(f.as_at);
  if (f.nature === 'target') tags.append(el('span', 'badge', t('target')), ' ');
  if (f.nature === 'reported') tags.append(el('span', 'badge plain', t('reported')), ' ');
  if (f.historic) tags.append(el('span', 'badge', when ? t('historic', { when }) : t('historic_undated')));
  else if (when) tags.append(el('span', 'tag', t('dated', { when })));
  if (tags.firstChild) li.append(tags);
  if (basis) li.append(el('p', 'basis', basis));
  return li;
}

/** @param {Fact[]} facts @param {Citation[]} cites */
function factCard(facts, cites) {
  const mixed = facts.some((f) => f.benefit !== facts[0].benefit || f.aspect !== facts[0].aspect);
  /** @param {Fact} f */
  const basis = (f) => {
    const c = typeof f.citation === 'number' ? cites[f.citation] : null;
    return c ? t('basis') + title(c.document) + (c.section || '') : '';
  };
  const same = facts.every((f) => basis(f) === basis(facts[0]));
  const rows = facts.map((f) => factRow(f, mixed, same ? '' : basis(f)));
  const box = set(el('div', 'facts'), { role: 'group', 'aria-label': t('figures') });
  box.append(el('ul', rows.length > 1 ? 'many' : '', ...rows.slice(0, 4)));
  if (rows.length > 4) box.append(el('details', 'more', el('summary', '', t('figures_more', { n: rows.length - 4 })), el('ul', 'many', ...rows.slice(4))));
  if (same && basis(facts[0])) box.append(el('p', 'basis', basis(facts[0])));
  return box;
}

/** @param {Citation[]} cites */
function sources(cites) {
  const list = el('ol', 'cites');
  cites.forEach((c) => {
    const [mark, cls] = c.in_force === true ? [t('in_force'), 'ok'] : c.in_force === false ? [t('expired'), 'past'] : [t('unverified'), 'unsure'];
    const li = el('li', '', el('span', 'doc', title(c.document)), c.section && el('span', '', ' ' + c.section), ' ', el('span', 'mark ' + cls, mark));
    const more = [c.issuer, c.number, c.published && t('published', { day: day(c.published) })].filter(Boolean).join(' · ');
    if (more) li.append(el('span', 'cite-more', more));
    if (c.url && /^https?:\/\//i.test(c.url)) {
      const a = el('a', 'cite-link', t('original'));
      a.href = c.url;
      a.target = '_blank';
      a.rel = 'noopener noreferrer';
      a.setAttribute('aria-label', t('new_window', { document: c.document }));
      li.append(a);
    }
    list.append(li);
  });
  return el('details', 'sources', el('summary', '', t('sources', { n: cites.length })), list);
}

/** The text ends with its sources for those who see nothing else; here they stand below it, one tap away. @param {string} text */
const withoutSources = (text) => text.replace(/\n[来來]源：[^\n]*$/, '');

/** What is read aloud of a message. @param {Message} m */
export const plain = (m) => withoutSources(m.text || '').replace(/^[✓✗·　？]+/gm, '');

/** Does this fact deserve a big figure? Sums and time limits do; an age inside a condition does not. @param {Fact} f */
const big = (f) =>
  f && f.value !== null && f.value !== undefined && f.value !== '' && (/^(amount|fee|time_limit)$/.test(f.aspect || 'amount') || /元/.test(f.unit || ''));

/** @param {Message} m @returns {HTMLElement} */
export function render(m) {
  const data = m.data || {};
  const long = m.from === 'system' && /\n|.{28}/.test(m.text); // a short event stands in the middle, a real notice on the left
  const node = el('article', 'msg from-' + (long ? 'bot' : m.from) + ' kind-' + (m.kind || 'text').replace(/[^a-z]/g, ''));
  const who = (t(/** @type {Key} */ ('who_' + m.from)) + (m.from === 'staff' ? ' ' + (m.name || data.name || data.staff || '') : '')).trim();
  node.setAttribute('aria-label', who);
  node.tabIndex = -1;
  if (m.from === 'staff') node.append(el('p', 'who', who));
  const box = el('div', 'bubble');
  const cites = m.citations || [];
  /** @type {Fact[]} */
  const facts = m.from === 'bot' && Array.isArray(data.facts) ? data.facts.filter(big) : [];
  if (facts.length) box.append(factCard(facts, cites));
  const words = el('div', 'words');
  if (m.from === 'resident') words.append(m.text || '');
  else if (data.emergency) speakUp(words, m.text || '');
  else if (m.kind === 'question' || m.kind === 'verdict') speakInLines(words, withoutSources(m.text || ''), m.kind);
  else speak(words, cites.length ? withoutSources(m.text || '') : m.text || '');
  box.append(words);
  if (cites.length) box.append(sources(cites));
  node.append(box);
  return node;
}
