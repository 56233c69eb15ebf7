// The panel that comes up over the page: keeps the keyboard inside, closes on ✕, Escape or a tap beside it, gives the focus back.
import { button, el, set } from './dom.js';
import { $, focused } from './host.js';
import { t } from './texts.js';

/** @type {(() => void)|null} */ let closeOpen = null;

/** The page behind the panel: out of reach of the keyboard and of screen readers, of older ones too. @param {boolean} is */
function aside(is) {
  const app = $('app');
  app.inert = is;
  if (is) app.setAttribute('aria-hidden', 'true');
  else app.removeAttribute('aria-hidden');
}

/**
 * @param {string} title @param {...HTMLElement} parts below the title
 * @returns {{heading: HTMLElement, close: () => void}}
 */
export function openSheet(title, ...parts) {
  if (closeOpen) closeOpen();
  const back = focused();
  const sheet = $('sheet');
  const heading = el('h2', '', title);
  heading.id = 'sheet-title';
  heading.tabIndex = -1;
  const shut = button('shut', '✕', close);
  shut.setAttribute('aria-label', t('close'));
  const panel = set(
    el('div', 'panel', el('div', 'sheet-head', heading, shut), ...parts),
    { role: 'dialog', 'aria-modal': 'true', 'aria-labelledby': 'sheet-title' });

  function close() {
    closeOpen = null;
    sheet.hidden = true;
    sheet.textContent = '';
    aside(false);
    $('window').removeEventListener('keydown', onKey, true);
    sheet.removeEventListener('click', onTap);
    if (back && back.isConnected) back.focus();
  }
  /** @param {KeyboardEvent} ev */
  function onKey(ev) {
    if (ev.key === 'Escape' || ev.key === 'Esc') {
      ev.preventDefault();
      ev.stopPropagation(); // it closes the panel, not the window
      close();
    } else if (ev.key === 'Tab') {
      const all = /** @type {HTMLElement[]} */ (Array.from(panel.querySelectorAll('button, input, textarea, [tabindex="0"]')));
      const now = focused();
      const first = all[0];
      const last = all[all.length - 1];
      if (ev.shiftKey ? now === first || now === heading : now === last) {
        ev.preventDefault();
        (ev.shiftKey ? last : first).focus();
      }
    }
  }
  /** @param {Event} ev */
  function onTap(ev) {
    if (ev.target === sheet) close();
  }

  sheet.textContent = '';
  sheet.append(panel);
  sheet.hidden = false;
  aside(true);
  $('window').addEventListener('keydown', onKey, true);
  sheet.addEventListener('click', onTap);
  heading.focus();
  closeOpen = close;
  return { heading, close };
}
