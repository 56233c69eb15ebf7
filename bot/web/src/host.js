// Where the widget stands: its element and root, the gateway it talks to, what the page around it wishes.

/**
 * `base`: the gateway's address up to its last slash. `own`: the page is the gateway's. `mode`: `page` fills the window, `inline` the
 * element's own place, `button` opens from a button in the corner.
 * @type {{host: HTMLElement, root: ShadowRoot, base: string, own: boolean, mode: 'page'|'inline'|'button'}}
 */
export const here = /** @type {any} */ ({});

/** @param {string} id @returns {any} */
export const $ = (id) => here.root.getElementById(id);

/** The element that carries the widget's states as classes and attributes. @returns {HTMLElement} */
export const frame = () => $('huimin');

/** What scrolls. @returns {HTMLElement} */
export const scroller = () => $('app');

/** Which element of the widget has the focus. */
export const focused = () => /** @type {HTMLElement|null} */ (here.root.activeElement);

/** An attribute of the element, `data-` before it or not. @param {string} name */
export const wish = (name) => here.host.getAttribute('data-' + name) || here.host.getAttribute(name) || '';

/**
 * Tells the page around the widget that something happened, never what was said.
 * @param {string} name @param {any} [detail]
 */
export function tell(name, detail) {
  here.host.dispatchEvent(new CustomEvent('huimin:' + name, { bubbles: true, composed: true, detail: detail || {} }));
}
