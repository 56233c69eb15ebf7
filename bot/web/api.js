// Talking to the gateway, and what is kept on this phone.

/**
 * @typedef {{document: string, section?: string, issuer?: string, number?: string, published?: string,
 *   in_force?: boolean|null, url?: string|null}} Citation
 * @typedef {{benefit?: string, name?: string|null, aspect?: string, region?: string, region_name?: string,
 *   value?: number|string|null, unit?: string, period?: string, per?: string|null, audience?: string, nature?: string,
 *   comparator?: string, as_at?: string, historic?: boolean, statement?: string, citation?: number|null}} Fact
 * @typedef {{title: string, payload: string}} QuickReply
 * @typedef {{id?: string, client_id?: string|null, seq: number, from: 'resident'|'bot'|'staff'|'system', kind?: string, text: string, name?: string,
 *   citations?: Citation[], quick_replies?: QuickReply[], data?: any}} Message
 * @typedef {{conversation: string, token?: string, handled_by: 'bot'|'queue'|'staff', messages: Message[],
 *   next?: number|null}} Reply
 */

/** The gateway said no. `message` is a sentence for the resident, or empty. */
export class Refused extends Error {
  /** @param {number} status @param {string} code @param {string} message @param {number} wait seconds */
  constructor(status, code, message, wait) {
    super(message);
    this.status = status;
    this.code = code;
    this.wait = wait;
  }
}

/**
 * One call. Throws Refused for an answer that is not 2xx, anything else when the network failed.
 * @param {string} path
 * @param {{token?: string|null, body?: any, timeout?: number, method?: string, blob?: boolean}} [opts] `blob`: a file is wanted
 * @returns {Promise<any>}
 */
export async function call(path, opts) {
  const o = opts || {};
  /** @type {Record<string, string>} */
  const headers = { Accept: 'application/json' };
  if (o.token) headers.Authorization = 'Bearer ' + o.token;
  if (o.body) headers['Content-Type'] = 'application/json';
  const abort = typeof AbortController === 'function' ? new AbortController() : null;
  const timer = setTimeout(() => abort && abort.abort(), o.timeout || 15000);
  try {
    const r = await fetch(path, {
      method: o.method || (o.body ? 'POST' : 'GET'),
      headers,
      body: o.body ? JSON.stringify(o.body) : undefined,
      cache: 'no-store',
      credentials: 'same-origin',
      signal: abort ? abort.signal : undefined,
    });
    if (r.ok) return r.status === 204 ? null : o.blob ? await r.blob() : await r.json();
    /** @type {any} */
    let e = {};
    try {
      e = (await r.json()).error || {};
    } catch (_) {} // a proxy's own error page
    const said = typeof e.message === 'string' && /[\u4e00-\u9fff]/.test(e.message) ? e.message : '';
    throw new Refused(r.status, String(e.code || ''), said, parseInt(r.headers.get('Retry-After') || '', 10) || 0);
  } finally {
    clearTimeout(timer);
  }
}

/** 128 random bits, hex. */
export function newId() {
  let s = '';
  crypto.getRandomValues(new Uint8Array(16)).forEach((b) => (s += (b < 16 ? '0' : '') + b.toString(16)));
  return s;
}

/** @type {Record<string, string|null>} used where the browser lets us keep nothing */
const memory = {};

/** @param {string} key @param {boolean} [session] @returns {any} */
export function recall(key, session) {
  let s = memory[key];
  try {
    s = (session ? sessionStorage : localStorage).getItem('huimin.' + key) || s;
  } catch (_) {}
  try {
    return s ? JSON.parse(s) : null;
  } catch (_) {
    return null;
  }
}

/** @param {string} key @param {any} value null forgets @param {boolean} [session] */
export function keep(key, value, session) {
  const s = value === null ? null : JSON.stringify(value);
  memory[key] = null;
  try {
    const store = session ? sessionStorage : localStorage;
    if (s === null) store.removeItem('huimin.' + key);
    else store.setItem('huimin.' + key, s);
  } catch (_) {
    memory[key] = s;
  }
}
