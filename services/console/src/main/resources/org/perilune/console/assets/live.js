// What a page follows, of one or more services. Says whether the page is live.
import { clock, logInAgain, say } from './format.js';
import { link } from './livelink.js';
import { now, told } from './now.js';

const NAMES = { telemetry: 'Telemetry', commands: 'Commands', timeline: 'Timeline', log: 'Flight log' };

// wanted: sources, each whole or of one device, such as telemetry/probe-1. handlers: frames, state, command, event, post,
// removed; open(again, source) and away(source, all) as services come and go, all of them with the console itself.
export function follow(wanted, handlers) {
  const sign = document.getElementById('link');
  const sources = [...new Set(wanted.map((one) => one.split('/')[0]))];
  const since = new Map(sources.map((one) => [one, null]));
  const opened = new Set();

  const show = () => {
    const dead = sources.filter((one) => since.get(one) !== null);
    sign.hidden = !dead.length && !opened.size;
    sign.className = dead.length ? 'link dead' : 'link alive';
    if (!dead.length) { say(sign, 'Live'); return; }
    const whole = dead.length === sources.length;
    const names = dead.map((one) => NAMES[one]).join(' and ');
    say(sign, (whole ? 'Not live' : names + ' not live') + ' since ' + clock(Math.min(...dead.map((one) => since.get(one)))));
  };
  const heard = {
    ...handlers,
    live({ source }) {
      const again = opened.has(source);
      opened.add(source);
      since.set(source, null);
      show();
      handlers.open?.(again, source);
    },
    away({ source, all }) {
      if (since.get(source) === null) since.set(source, now());
      show();
      handlers.away?.(source, all);
    },
    clock(time) { told(time.now, time.here); },
    ended() { location.assign(logInAgain()); },
  };
  const line = link((type, data) => heard[type]?.(data));
  const here = () => line.here(wanted);
  here();
  setInterval(here, 60000);
  addEventListener('pagehide', () => line.leave());
  addEventListener('pageshow', (event) => { if (event.persisted) here(); });
}

// At most one write to the page per frame of the screen.
export function batched(write) {
  let waiting = false;
  return () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => { waiting = false; write(); });
  };
}
