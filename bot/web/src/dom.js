// Making elements. Whatever came from the server or the resident becomes a text node, never markup.

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

/** @template {Element} E @param {E} e @param {Record<string, string>} attributes */
export function set(e, attributes) {
  Object.keys(attributes).forEach((k) => e.setAttribute(k, attributes[k]));
  return e;
}

/** @param {string} cls @param {string} [text] @param {(ev: Event) => void} [on] */
export function button(cls, text, on) {
  const b = el('button', cls, text);
  b.type = 'button';
  if (on) b.addEventListener('click', on);
  return b;
}

/** A drawing of a few paths: no file, so that no page has to allow one. @param {string} box @param {...[string, string]} shapes fill and path */
export function drawing(box, ...shapes) {
  const NS = 'http://www.w3.org/2000/svg';
  const svg = set(document.createElementNS(NS, 'svg'), { viewBox: box, 'aria-hidden': 'true', focusable: 'false' });
  shapes.forEach(([fill, d]) => svg.append(set(document.createElementNS(NS, 'path'), { fill, d })));
  return svg;
}

/** A line that says what came of a tap, and is read out. @param {'p'|'span'} [tag] */
export function outcome(tag) {
  const line = set(el(tag || 'p', 'said'), { role: 'status' });
  return {
    line,
    /** @param {string} text @param {boolean} [failed] */
    say(text, failed) {
      line.classList.toggle('failed', !!failed);
      line.textContent = text;
    },
  };
}
