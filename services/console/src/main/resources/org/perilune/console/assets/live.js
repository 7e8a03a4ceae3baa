// @ts-check
// What a page follows, of one or more services. Says whether the page is live.
import { find } from './dom.js';
import { clock, logInAgain, say } from './format.js';
import { link } from './livelink.js';
import { now, told } from './now.js';

/** @type {Record<string, string>} */
const NAMES = { telemetry: 'Telemetry', commands: 'Commands', timeline: 'Timeline', log: 'Flight log' };

// wanted: sources, each whole or of one device, such as telemetry/probe-1. handlers: frames, state, command, event, post,
// removed; open(again, source) and away(source, all) as services come and go, all of them with the console itself.
/**
 * @typedef {{
 *   frames?: (event: Frames) => void, state?: (device: Device) => void, command?: (command: Command) => void,
 *   event?: (event: TimelineEvent) => void, post?: (entry: { id: string }) => void, removed?: (entry: { id: string }) => void,
 *   open?: (again: boolean, source: string) => void, away?: (source: string, all: boolean) => void }} Handlers
 * @param {string[]} wanted @param {Handlers} handlers
 */
export function follow(wanted, handlers) {
  const sign = find('#link');
  const sources = [...new Set(wanted.map((one) => one.split('/')[0]))];
  /** @type {Map<string, number | null>} */
  const since = new Map(sources.map((one) => [one, null]));
  /** @type {Set<string>} */
  const opened = new Set();

  const show = () => {
    const dead = sources.flatMap((one) => since.get(one) ?? []);
    const names = sources.filter((one) => since.get(one) !== null).map((one) => NAMES[one]).join(' and ');
    sign.hidden = !dead.length && !opened.size;
    sign.className = dead.length ? 'link dead' : 'link alive';
    if (!dead.length) { say(sign, 'Live'); return; }
    const whole = dead.length === sources.length;
    say(sign, (whole ? 'Not live' : names + ' not live') + ' since ' + clock(Math.min(...dead)));
  };
  const heard = {
    ...handlers,
    live(/** @type {{ source: string }} */ { source }) {
      const again = opened.has(source);
      opened.add(source);
      since.set(source, null);
      show();
      handlers.open?.(again, source);
    },
    away(/** @type {{ source: string, all: boolean }} */ { source, all }) {
      if (since.get(source) === null) since.set(source, now());
      show();
      handlers.away?.(source, all);
    },
    clock(/** @type {{ now: number, here: number }} */ time) { told(time.now, time.here); },
    ended() { location.assign(logInAgain()); },
  };
  /** @type {Record<string, any>} */
  const byType = heard;
  const line = link((type, data) => byType[type]?.(data));
  const here = () => line.here(wanted);
  here();
  setInterval(here, 60000);
  addEventListener('pagehide', () => line.leave());
  addEventListener('pageshow', (event) => { if (event.persisted) here(); });
}

// At most one write to the page per frame of the screen.
/** @param {() => void} write */
export function batched(write) {
  let waiting = false;
  return () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => { waiting = false; write(); });
  };
}
