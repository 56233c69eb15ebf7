// <script src="https://…/widget.js" data-region="445303"></script>: defines <huimin-chat> and, where the page has none, puts one there.
import { HuiminChat, NAME } from './element.js';
import { here } from './host.js';
import { t } from './texts.js';

const script = /** @type {HTMLScriptElement|null} */ (document.currentScript);

function begin() {
  here.base = new URL('.', script ? script.src : location.href).href;
  here.own = new URL(here.base).origin === location.origin;
  if (!window.customElements || !Element.prototype.attachShadow) return instead();
  if (customElements.get(NAME)) return; // the tag stands there twice
  customElements.define(NAME, HuiminChat);
  if (!script || document.querySelector(NAME)) return;
  const e = document.createElement(NAME);
  Array.from(script.attributes).forEach((a) => /^data-/.test(a.name) && e.setAttribute(a.name, a.value));
  document.body.append(e);
}

/** A browser too old for the widget gets a link to the gateway's own page, which says whom to call. */
function instead() {
  if (here.own || !script) return;
  const a = document.createElement('a');
  a.href = here.base;
  a.textContent = t('title');
  document.body.appendChild(a);
}

// The element may stand below the tag: what the page has is known once it is read.
if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', begin);
else begin();
