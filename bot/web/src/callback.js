// A number for calling back: asked for apart, so that it never stands in the conversation.
import { call, ofChat } from './api.js';
import { talk } from './conversation.js';
import { button, el, outcome, set } from './dom.js';
import { Refused } from './refused.js';
import { openSheet } from './sheet.js';
import { t } from './texts.js';

/** @typedef {import('./texts.js').Key} Key */

/** @param {Key} name @param {Record<string, string>} attributes */
function field(name, attributes) {
  const input = set(el('input'), Object.assign({ id: 'field-' + name }, attributes));
  return { input, row: el('p', 'field', set(el('label', '', t(name)), { for: input.id }), input) };
}

/** The panel in which a number is left, or taken back. */
export async function leaveNumber() {
  const { line, say } = outcome();
  const place = el('div', '');
  const { heading } = openSheet(t('callback'), el('div', 'sheet-body', el('p', 'soft', t('callback_about')), line, place));
  const path = ofChat(talk.id || '', 'callback');
  const token = talk.token;

  /** @param {unknown} e @param {Key} otherwise */
  const why = (e, otherwise) => say((e instanceof Refused && e.message) || t(otherwise), true);

  function write() {
    const phone = field('callback_phone', { type: 'tel', inputmode: 'tel', autocomplete: 'tel', maxlength: '40' });
    const name = field('callback_name', { autocomplete: 'name', maxlength: '40' });
    const when = field('callback_when', { maxlength: '80' });
    const form = set(el('form', 'fields', phone.row, name.row, when.row, set(el('button', 'wide main', t('callback_send')), { type: 'submit' })), { novalidate: '' });
    form.onsubmit = async (ev) => {
      ev.preventDefault();
      say('');
      phone.input.removeAttribute('aria-invalid');
      const body = { phone: phone.input.value.trim(), name: name.input.value.trim() || null, when: when.input.value.trim() || null };
      try {
        show(await call(path, { token, method: 'PUT', body }));
        heading.focus();
      } catch (e) {
        why(e, 'not_saved');
        if (!(e instanceof Refused) || e.status !== 400) return;
        set(phone.input, { 'aria-invalid': 'true' }).focus();
      }
    };
    place.textContent = '';
    place.append(form);
  }

  /** @param {{left: boolean, hint?: string}} state */
  function show(state) {
    if (!state.left) return write();
    say(t('callback_left', { hint: state.hint || '' }));
    place.textContent = '';
    place.append(button('wide', t('callback_change'), write), button('wide danger', t('callback_take_back'), async () => {
      try {
        await call(path, { token, method: 'DELETE' });
        write();
        say(t('callback_deleted'));
        heading.focus();
      } catch (e) {
        why(e, 'not_erased');
      }
    }));
  }

  try {
    show(await call(path, { token }));
  } catch (e) {
    if (e instanceof Refused && e.code === 'no_open_case') say(t('callback_none'));
    else why(e, 'not_read');
  }
}
