// @ts-check
// Requests to the console, with the form token.
import { find } from './dom.js';
import { logInAgain } from './format.js';

// Longer than the console itself waits for a service: whoever is not answered by then is told so.
const PATIENCE = 30000;
/** @param {string} path @param {RequestInit} [options] @param {number} [patience] */
const ask = (path, options = {}, patience = PATIENCE) => fetch(path, { ...options, signal: AbortSignal.timeout(patience) });

/** @param {Promise<Response>} request @param {string} silence @returns {Promise<Answer>} */
async function answered(request, silence) {
  let answer;
  try { answer = await request; } catch { return { ok: false, status: 0, body: { detail: silence } }; }
  if (answer.status === 401) location.assign(logInAgain());
  const body = await answer.json().catch(() => ({}));
  return { ok: answer.ok, status: answer.status, body };
}

/** @param {unknown} a @param {unknown} b */
export const same = (a, b) => JSON.stringify(a ?? null) === JSON.stringify(b ?? null);

// A part of a page. Never throws: without an answer, or with half of one, the status is 0.
/** @param {string} path */
export async function part(path) {
  try {
    const answer = await ask(path);
    return { ok: answer.ok, status: answer.status, text: await answer.text() };
  } catch { return { ok: false, status: 0, text: '' }; }
}

/** @param {string} path */
export function load(path) {
  return answered(ask(path, { headers: { Accept: 'application/json' } }), 'The console does not answer.');
}

// Never throws; a failure has the words for it in body.detail and the faults by field in body.errors.
/** @type {(path: string, body: object, key?: string | null, patience?: number) => Promise<Answer>} */
export function act(path, body, key, patience = PATIENCE) {
  const fields = new URLSearchParams({ _form: find('input[name=_form]', HTMLInputElement).value, body: JSON.stringify(body) });
  if (key) fields.set('key', key);
  return answered(ask(path, { method: 'POST', body: fields, headers: { Accept: 'application/json' } }, patience), 'The console does not answer.');
}
