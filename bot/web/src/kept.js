// What is kept on this phone.

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
