// Talking to the gateway.
import { here } from './host.js';
import { Refused } from './refused.js';
import { script } from './texts.js';

/**
 * @typedef {{document: string, section?: string, issuer?: string, number?: string, published?: string,
 *   in_force?: boolean|null, url?: string|null}} Citation
 * @typedef {{benefit?: string, name?: string|null, aspect?: string, region?: string, region_name?: string,
 *   value?: number|string|null, unit?: string, period?: string, per?: string|null, audience?: string, nature?: string,
 *   comparator?: string, as_at?: string, historic?: boolean, statement?: string, citation?: number|null}} Fact
 * @typedef {{title: string, payload: string}} QuickReply
 * @typedef {{id?: string, client_id?: string|null, seq: number, from: 'resident'|'bot'|'staff'|'system', kind?: string, text: string, name?: string,
 *   citations?: Citation[], quick_replies?: QuickReply[], data?: any, feedback?: {helpful: boolean}|null}} Message
 * @typedef {{conversation: string, token?: string, handled_by: 'bot'|'queue'|'staff', messages: Message[],
 *   next?: number|null}} Reply
 */

/** The address of a path of the API, with the characters the answers are wanted in. @param {string} path without its first slash */
export const address = (path) => here.base + path + (script() === 'hant' ? (path.indexOf('?') < 0 ? '?' : '&') + 'script=hant' : '');

/**
 * One call. Throws Refused for an answer that is not 2xx, anything else when the network failed.
 * @param {string} path without its first slash
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
    const r = await fetch(address(path), {
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
  } catch (e) {
    if (!(e instanceof Refused)) explain();
    throw e;
  } finally {
    clearTimeout(timer);
  }
}

let explained = false;
/** A browser does not say why a call to another site failed; whoever puts the widget there should know what to look at. */
function explain() {
  if (here.own || explained || navigator.onLine === false) return;
  explained = true;
  console.warn('huimin-chat: ' + here.base + ' did not answer. Is it running, and is ' + location.origin + ' in its HUIMIN_ALLOWED_ORIGINS?');
}

/** The address of something of this conversation. @param {string} conversation @param {string} [what] */
export const ofChat = (conversation, what) => 'api/chat/' + encodeURIComponent(conversation) + (what ? '/' + what : '');

/** 128 random bits, hex. */
export function newId() {
  let s = '';
  crypto.getRandomValues(new Uint8Array(16)).forEach((b) => (s += (b < 16 ? '0' : '') + b.toString(16)));
  return s;
}
