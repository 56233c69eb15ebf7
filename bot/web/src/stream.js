// Reading server-sent events with fetch: EventSource can send no bearer token, and a token has no place in an address.
import { Refused } from './refused.js';

/** @typedef {{name: string, data: string, id: string}} ServerEvent */

/**
 * Reads what comes by the HTML standard's rules, in whatever pieces it comes.
 * @param {(ev: ServerEvent) => void} on @param {(ms: number) => void} [retry]
 * @returns {(piece: string) => void}
 */
export function parser(on, retry) {
  let rest = '';
  let name = '';
  let id = '';
  /** @type {string[]} */
  let data = [];
  let first = true;

  /** @param {string} line */
  function field(line) {
    if (!line) {
      if (data.length) on({ name: name || 'message', data: data.join('\n'), id });
      name = '';
      data = [];
      return;
    }
    const at = line.indexOf(':');
    if (!at) return; // a comment
    const key = at < 0 ? line : line.slice(0, at);
    const value = at < 0 ? '' : line.slice(at + 1).replace(/^ /, '');
    if (key === 'data') data.push(value);
    else if (key === 'event') name = value;
    else if (key === 'id' && value.indexOf('\0') < 0) id = value;
    else if (key === 'retry' && /^\d+$/.test(value) && retry) retry(parseInt(value, 10));
  }

  return (piece) => {
    if (first && piece) {
      piece = piece.replace(/^\ufeff/, '');
      first = false;
    }
    const whole = rest + piece;
    const held = /\r$/.test(whole) ? 1 : 0; // its \n may come with the next piece
    const parts = whole.slice(0, whole.length - held).split(/\r\n|\r|\n/);
    rest = parts.pop() + whole.slice(whole.length - held);
    parts.forEach(field);
  };
}

export const canStream = typeof AbortController === 'function' && typeof TextDecoder === 'function' && typeof ReadableStream === 'function';

/**
 * Reads a stream until it ends. Throws Refused for an answer that is no stream, anything else when the network failed or fell silent.
 * @param {string} path its whole address
 * @param {{token: string|null, last: number, silence: number, abort: AbortController, on: (ev: ServerEvent) => void, retry: (ms: number) => void}} o
 */
export async function read(path, o) {
  let timer = 0;
  const heard = () => {
    clearTimeout(timer);
    timer = window.setTimeout(() => o.abort.abort(), o.silence);
  };
  heard();
  try {
    /** @type {Record<string, string>} */
    const headers = { Accept: 'text/event-stream', Authorization: 'Bearer ' + o.token };
    if (o.last) headers['Last-Event-ID'] = String(o.last);
    const r = await fetch(path, { headers, cache: 'no-store', credentials: 'same-origin', signal: o.abort.signal });
    if (!r.ok || !r.body) throw new Refused(r.status, '', '', parseInt(r.headers.get('Retry-After') || '', 10) || 0);
    const reader = r.body.getReader();
    const text = new TextDecoder();
    const parse = parser(o.on, o.retry);
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      heard();
      parse(text.decode(value, { stream: true }));
    }
  } finally {
    clearTimeout(timer);
  }
}
