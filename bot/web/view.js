// Messages to elements. Whatever came from the server or the resident becomes a text node, never markup.

/** @typedef {import('./api.js').Message} Message @typedef {import('./api.js').Fact} Fact @typedef {import('./api.js').Citation} Citation */

/**
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag @param {string} [cls] @param {...(Node|string|null|undefined|false)} kids
 * @returns {HTMLElementTagNameMap[T]}
 */
export function el(tag, cls, ...kids) {
  const e = document.createElement(tag);
  if (cls) e.className = cls;
  kids.forEach((k) => k && e.append(k));
  return e;
}

/** @param {string} id @returns {any} */
export const $ = (id) => document.getElementById(id);

/** @param {string} cls @param {string} text @param {(ev: Event) => void} on */
export function button(cls, text, on) {
  const b = el('button', cls, text);
  b.type = 'button';
  b.addEventListener('click', on);
  return b;
}

// Hotlines and landlines become links that dial; a sum that looks like one (120 元) does not. A ticket number stays in one piece.
const PHONE =
  /([打拨话线：:、或]\s?)(110|119|120|122)(?![\d.,%]|\s*[元岁天日人万个月年周倍])|(^|[^\d.\-])(0\d{2,3}-\d{7,8}|400-?\d{3}-?\d{4}|123(?:09|15|20|28|33|38|45|48|51|55|56|93))(?![\d-]|\s*元)|\b(HM-[A-Z0-9]{6})\b/g;

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

/** @type {Record<string, string>} */
const PER = { person: '每人', household: '每户', child: '每名儿童', case: '每次' };
/** @type {Record<string, string>} */
const COMPARATOR = { at_least: '不低于', at_most: '最高', about: '约' };
/** @type {Record<string, string>} */
const PERIOD = { month: '月', year: '年', day: '天', 日: '天', term: '学期', 个月: '月' };

/** “每人每月 不低于 450 元” in parts. @param {Fact} f @returns {{lead: string, cmp: string, num: string, unit: string}} */
export function figure(f) {
  const unit = f.unit || '';
  let lead = '';
  if (f.per === undefined) lead = /元/.test(unit) && !/[人户]/.test(unit) ? '每人' : '';
  else lead = PER[f.per || ''] || '';
  const p = f.period ? PERIOD[f.period] || f.period : '';
  const every = !p ? '' : /^(每|一次)/.test(p) ? p : '每' + p;
  if (every !== lead) lead += every;
  const v = f.value;
  const num = typeof v === 'number' && v >= 10000 ? v.toLocaleString('en-US') : String(v);
  return { lead, cmp: f.comparator === 'at_most' && !/[元%]/.test(unit) ? '不超过' : COMPARATOR[f.comparator || ''] || '', num, unit };
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
  if (f.nature === 'target') tags.append(el('span', 'badge', '目标，不是现行标准'), ' ');
  if (f.nature === 'reported') tags.append(el('span', 'badge plain', '统计数字'), ' ');
  if (f.historic) tags.append(el('span', 'badge', (when || '较早') + (when ? '数字' : '的数字') + '，可能已调整'));
  else if (when) tags.append(el('span', 'tag', when + '数字'));
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
    return c ? '依据：' + title(c.document) + (c.section || '') : '';
  };
  const same = facts.every((f) => basis(f) === basis(facts[0]));
  const rows = facts.map((f) => factRow(f, mixed, same ? '' : basis(f)));
  const box = el('div', 'facts');
  box.setAttribute('role', 'group');
  box.setAttribute('aria-label', '金额和数字');
  box.append(el('ul', rows.length > 1 ? 'many' : '', ...rows.slice(0, 4)));
  if (rows.length > 4) box.append(el('details', 'more', el('summary', '', '再看 ' + (rows.length - 4) + ' 项'), el('ul', 'many', ...rows.slice(4))));
  if (same && basis(facts[0])) box.append(el('p', 'basis', basis(facts[0])));
  return box;
}

/** @param {Citation[]} cites */
function sources(cites) {
  const list = el('ol', 'cites');
  cites.forEach((c) => {
    const [mark, cls] = c.in_force === true ? ['现行有效', 'ok'] : c.in_force === false ? ['已过期', 'past'] : ['待核实', 'unsure'];
    const li = el('li', '', el('span', 'doc', title(c.document)), c.section && el('span', '', ' ' + c.section), ' ', el('span', 'mark ' + cls, mark));
    const more = [c.issuer, c.number, c.published && day(c.published) + '发布'].filter(Boolean).join(' · ');
    if (more) li.append(el('span', 'cite-more', more));
    if (c.url && /^https?:\/\//i.test(c.url)) {
      const a = el('a', 'cite-link', '查看原文');
      a.href = c.url;
      a.target = '_blank';
      a.rel = 'noopener noreferrer';
      a.setAttribute('aria-label', '查看原文：' + c.document + '（新窗口）');
      li.append(a);
    }
    list.append(li);
  });
  return el('details', 'sources', el('summary', '', '来源（' + cites.length + '）'), list);
}

/** The text ends with its sources for those who see nothing else; here they stand below it, one tap away. @param {string} text */
const withoutSources = (text) => text.replace(/\n来源：[^\n]*$/, '');

/** Does this fact deserve a big figure? Sums and time limits do; an age inside a condition does not. @param {Fact} f */
const big = (f) =>
  f && f.value !== null && f.value !== undefined && f.value !== '' && (/^(amount|fee|time_limit)$/.test(f.aspect || 'amount') || /元/.test(f.unit || ''));

/** @param {Message} m @returns {HTMLElement} */
export function render(m) {
  const data = m.data || {};
  const long = m.from === 'system' && /\n|.{28}/.test(m.text); // a short event stands in the middle, a real notice on the left
  const node = el('article', 'msg from-' + (long ? 'bot' : m.from) + ' kind-' + (m.kind || 'text').replace(/[^a-z]/g, ''));
  const who = m.from === 'staff' ? ('工作人员 ' + (m.name || data.name || data.staff || '')).trim() : { resident: '我', bot: '惠民', system: '系统' }[m.from];
  node.setAttribute('aria-label', who || '惠民');
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
