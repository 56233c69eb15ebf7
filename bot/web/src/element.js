// <huimin-chat>: the element itself, what pages may call on it, and its life in the page.
import { $, frame, here, wish } from './host.js';
import { build } from './skeleton.js';
import { close, isOpen, open, standBy } from './launcher.js';
import { dress } from './look.js';
import { ask, begin, end } from './start.js';

export const NAME = 'huimin-chat';
/** @type {HTMLElement|null} the one that is alive: a page has one conversation */ let alive = null;

export class HuiminChat extends HTMLElement {
  connectedCallback() {
    if (alive) {
      if (alive !== this) console.warn('huimin-chat: a page has one; this one stays empty', this);
      return;
    }
    alive = this;
    here.host = this;
    const mode = wish('mode');
    here.mode = mode === 'page' || mode === 'inline' ? mode : 'button';
    const again = this.shadowRoot;
    here.root = again || this.attachShadow({ mode: 'open' });
    if (!again) build();
    frame().className = here.mode;
    $('window').hidden = here.mode === 'button'; // or all of it would be laid out before anybody opens it
    dress();
    if (here.mode === 'button') standBy(begin);
    else begin();
  }

  disconnectedCallback() {
    if (alive !== this) return;
    alive = null;
    end();
  }

  /** Opens the window of a widget that opens from a button. */
  open() {
    open();
  }

  close() {
    close();
  }

  get opened() {
    return isOpen();
  }

  /** Opens the window and asks for the resident, as if it had been typed. @param {string} text */
  ask(text) {
    const line = String(text).trim();
    if (!line) return;
    open();
    ask(line);
  }
}
