// Which conversation this phone is in, and who answers it.
import { keep, recall } from './api.js';
import { status } from './signs.js';

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
  if (by) talk.handledBy = by;
  document.documentElement.setAttribute('data-owner', talk.handledBy);
  status('owner', talk.handledBy === 'queue' ? '正在等待工作人员，您可以先把情况写下来' : talk.handledBy === 'staff' ? '工作人员正在为您服务' : '');
}
