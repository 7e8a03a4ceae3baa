// @ts-check
// What commands and events are called, and what their states and times mean to whoever reads them.
import { make, optional } from './dom.js';
import { local, mark, span, utc } from './format.js';
import { now } from './now.js';

/** @type {Record<string, string>} */
const WORDS = { held: 'waits for approval', accepted: 'accepted', verifying: 'being verified', unknown: 'outcome unknown',
  predicted: 'predicted', dispatching: 'being dispatched' };
/** @param {string} [state] */
export const word = (state) => WORDS[state || ''] || String(state || '').replaceAll('-', ' ');

// What an event is called: a window has only its kind.
/** @param {TimelineEvent} event */
export const called = (event) => (event.kind === 'planned' ? event.name : word(event.kind).replace(/^./, (/** @type {string} */ letter) => letter.toUpperCase()));

// How far an event is from now.
/** @param {TimelineEvent} event */
export function distance(event) {
  const [at, until, here] = [Date.parse(event.time), Date.parse(event.until || ''), now()];
  return at > here ? 'in ' + span(at - here) : until > here ? 'ends in ' + span(until - here) : span(here - at) + ' ago';
}

/** @template {Element} T @param {T} sign @param {string} state */
export function stateMark(sign, state) {
  mark(sign, 's-' + state, word(state));
  return sign;
}

// What a command's state means for whoever waits: sent at once where there is a link, so a pause means there is none.
// back: when the device is expected to be heard again, where that is known.
/** @param {Command} command @param {number} [back] */
export function detail(command, back = NaN) {
  const still = ['accepted', 'approved'].includes(command.state) && now() - Date.parse(command.changed_at) > 3000;
  if (still && !command.detail && back > Date.parse(command.expires_at)) {
    return `expires at ${String(command.expires_at).slice(11, 19)}, before the device is back at ${new Date(back).toISOString().slice(11, 19)}`;
  }
  return command.detail || (still ? `goes when the device has a link, until ${String(command.expires_at).slice(11, 19)}` : '');
}

/** @param {string} [iso] @param {string} [text] */
export function time(iso, text) {
  const millis = Date.parse(iso || '');
  if (!Number.isFinite(millis)) return make('span', {}, '–');
  return make('time', { datetime: iso, title: utc(millis) + ', ' + local(millis), class: 'num' },
    text || utc(millis).slice(0, -4));
}

const start = Number(optional('[data-clock=elapsed]')?.dataset.start);
// Mission-elapsed: T+1d 02:38:00; empty where nobody said when the mission began.
/** @param {string} iso */
export function elapsed(iso) {
  if (!Number.isFinite(start)) return '';
  const seconds = Math.round((Date.parse(iso) - start) / 1000);
  const size = Math.abs(seconds);
  const days = Math.floor(size / 86400);
  return `T${seconds < 0 ? '\u2212' : '+'}${days ? days + 'd ' : ''}${new Date(size % 86400 * 1000).toISOString().slice(11, 19)}`;
}

// The parameters in one line.
/** @param {Record<string, any>} [parameters] */
export function brief(parameters) {
  return Object.entries(parameters || {}).map(([name, value]) => `${name} ${value}`).join(', ');
}

/** @param {string} id */
export const commandPath = (id) => '/commands/' + encodeURIComponent(id);
