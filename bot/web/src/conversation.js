// Which conversation this phone is in, and who answers it.
import { $, frame, tell } from './host.js';
import { keep, recall } from './kept.js';
import { status } from './signs.js';
import { t } from './texts.js';

/** @type {{id: string|null, token: string|null, handledBy: string}} */
export const talk = { id: null, token: null, handledBy: 'bot' };

/** Takes up the conversation this phone knows; says whether there is one. */
export function resume() {
  const kept = recall('chat');
  if (!kept || typeof kept.conversation !== 'string') return false;
  talk.id = kept.conversation;
  talk.token = kept.token;
  return true;
}

/** Keeps the conversation that a reply names. @param {import('./api.js').Reply} r */
export function join(r) {
  if (!r.token && r.conversation === talk.id) return;
  talk.id = r.conversation;
  talk.token = r.token || talk.token;
  keep('chat', { conversation: talk.id, token: talk.token });
}

/** This conversation is gone; another tab may have begun the next one already. */
export function leave() {
  const kept = recall('chat');
  const other = kept && kept.conversation !== talk.id ? kept : null;
  talk.id = other ? other.conversation : null;
  talk.token = other ? other.token : null;
  if (!other) keep('chat', null);
  owner('bot');
}

/** @param {string} by */
export function owner(by) {
  if (by && by !== talk.handledBy) {
    talk.handledBy = by;
    tell('owner', { handledBy: by });
  }
  const person = talk.handledBy !== 'bot';
  keep('awaited', person || null);
  frame().setAttribute('data-owner', talk.handledBy);
  if (person) $('owner-bar').hidden = false; // before its words change: else they are not read out
  status('owner', talk.handledBy === 'queue' ? t('owner_queue') : person ? t('owner_staff') : '');
  if (!person) $('owner-bar').hidden = true;
}
