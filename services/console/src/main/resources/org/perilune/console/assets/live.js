// One event stream a page, of one or more services. Says whether the page is live, and reconnects by itself.
import { clock, say } from './format.js';

const NAMES = { telemetry: 'Telemetry', commands: 'Commands', timeline: 'Timeline', log: 'Flight log' };

// handlers: frames, state, command, event, post, removed; open(again, source) and away(source, all) as services come and go, all of
// them with the console itself.
export function follow(query, handlers) {
  const sign = document.getElementById('link');
  const asked = new URLSearchParams(query).getAll('source');
  const sources = asked.length ? asked : ['telemetry'];
  const since = new Map(sources.map((one) => [one, null]));
  const opened = new Set();
  let source;

  const show = () => {
    const dead = sources.filter((one) => since.get(one) !== null);
    sign.hidden = !dead.length && !opened.size;
    sign.className = dead.length ? 'link dead' : 'link alive';
    if (!dead.length) { say(sign, 'Live'); return; }
    const whole = dead.length === sources.length;
    const names = dead.map((one) => NAMES[one]).join(' and ');
    say(sign, (whole ? 'Not live' : names + ' not live') + ' since ' + clock(Math.min(...dead.map((one) => since.get(one)))));
  };
  const dead = (name, all) => {
    if (since.get(name) === null) since.set(name, Date.now());
    show();
    if (handlers.away) handlers.away(name, all);
  };
  const alive = (name) => {
    const again = opened.has(name);
    opened.add(name);
    since.set(name, null);
    show();
    if (handlers.open) handlers.open(again, name);
  };
  const parsed = (handler) => (event) => {
    let data;
    try { data = JSON.parse(event.data); } catch { return; } // Cut off in transit; the page is told to reload.
    if (handler) handler(data);
  };
  const leave = () => location.assign('/login?next=' + encodeURIComponent(location.pathname));
  const connect = () => {
    source = new EventSource('/live' + query);
    source.addEventListener('live', parsed((data) => alive(data.source)));
    source.addEventListener('away', parsed((data) => dead(data.source, false)));
    source.addEventListener('ended', () => {
      source.close();
      leave();
    });
    for (const name of ['frames', 'state', 'command', 'event', 'post', 'removed']) source.addEventListener(name, parsed(handlers[name]));
    source.onerror = () => {
      sources.forEach((name) => dead(name, true));
      if (source.readyState !== EventSource.CLOSED) return;
      // A refused stream is not retried by the browser: ask whether the session has ended.
      fetch('/devices.json', { method: 'HEAD' }).catch(() => null).then((answer) => {
        if (answer && answer.status === 401) leave();
        else setTimeout(connect, 2000);
      });
    };
  };
  connect();
  addEventListener('pagehide', () => source.close());
  addEventListener('pageshow', (event) => { if (event.persisted) connect(); });
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
