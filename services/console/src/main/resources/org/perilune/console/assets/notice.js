// @ts-check
// What a page says by itself of what is away.
import { make } from './dom.js';

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
/** @type {[string, string]} */
export const QUERY_AWAY = ['The flight log cannot be read just now', 'The service query does not answer. Writing still works: what is written is '
  + 'kept, and appears here when it is back. This page tries again by itself.'];
