// @ts-check
// What pages with forms share: requests with the form token, words for states.
import { find, make, optional } from './dom.js';
import { local, logInAgain, mark, span, utc } from './format.js';
import { now } from './now.js';

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

// So that a page says by itself what is away.
/** @param {HTMLElement} host @param {string | null} title @param {string} [text] */
export function notice(host, title, text) {
  if (!title) { host.hidden = true; return; }
  if (!host.hidden && host.firstElementChild?.textContent === title) return;
  host.replaceChildren(make('h2', {}, title), make('p', {}, text || ''));
  host.hidden = false;
}
/** @type {[string, string]} */
export const CONSOLE_AWAY = ['The console does not answer', 'What is shown here is as old as the header says. Devices, commands and the '
  + 'timeline go on without it. This page tries again by itself.'];
/** @type {[string, string]} */
export const DISPATCHER_AWAY = ['The command dispatcher is away', 'Commands cannot be sent or followed just now. What was '
  + 'accepted is kept and goes on when it is back; telemetry and the timeline are not concerned. This page tries again by itself.'];
/** @type {[string, string]} */
export const TIMELINE_AWAY = ['The timeline is away', 'Events cannot be read or changed just now. Commands and telemetry are not '
  + 'concerned; what falls due meanwhile follows what is written on it. This page tries again by itself.'];

// Asks once more in the button's own place: nothing opens, nothing moves. Called each time it is pressed.
/** @type {WeakMap<HTMLButtonElement, () => void>} */
const waiting = new WeakMap();
/** @param {HTMLButtonElement} button @param {(button: HTMLButtonElement) => void} go */
export function sure(button, go) {
  const again = waiting.get(button);
  if (again) { again(); go(button); return; }
  const text = button.textContent;
  const label = button.getAttribute('aria-label') || text;
  const timer = setTimeout(calm, 4000);
  function calm() {
    clearTimeout(timer);
    waiting.delete(button);
    button.textContent = text;
    button.setAttribute('aria-label', label);
    button.classList.remove('sure');
    button.removeEventListener('blur', calm);
  }
  waiting.set(button, calm);
  button.style.minWidth = button.offsetWidth + 'px';
  button.textContent = 'Sure?';
  button.setAttribute('aria-label', label + ': press again to confirm');
  button.classList.add('sure');
  button.addEventListener('blur', calm);
}

/** @type {(text: string, label: string, go: (button: HTMLButtonElement) => void, kind?: string) => HTMLButtonElement} */
export function sureButton(text, label, go, kind = '') {
  const button = make('button', { type: 'button', class: kind, 'aria-label': label, onclick: () => sure(button, go) }, text);
  return button;
}
