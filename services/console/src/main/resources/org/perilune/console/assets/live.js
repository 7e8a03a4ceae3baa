// One event stream a page. Says whether the page is live, and reconnects by itself.
import { clock, say } from './format.js';

export function follow(query, handlers) {
  const sign = document.getElementById('link');
  let source;
  let since = null;
  let opened = false;

  const dead = () => {
    if (since === null) since = Date.now();
    sign.hidden = false;
    sign.className = 'link dead';
    say(sign, 'Not live since ' + clock(since));
  };
  const alive = () => {
    const again = opened;
    opened = true;
    since = null;
    sign.hidden = false;
    sign.className = 'link alive';
    say(sign, 'Live');
    if (handlers.open) handlers.open(again);
  };
  const parsed = (handler) => (event) => {
    let data;
    try { data = JSON.parse(event.data); } catch { return; } // Cut off in transit; the page is told to reload.
    if (handler) handler(data);
  };
  const connect = () => {
    source = new EventSource('/live' + query);
    source.addEventListener('live', alive);
    source.addEventListener('away', dead);
    source.addEventListener('ended', () => {
      source.close();
      location.assign('/login?next=' + encodeURIComponent(location.pathname));
    });
    source.addEventListener('frames', parsed(handlers.frames));
    source.addEventListener('state', parsed(handlers.state));
    source.onerror = () => {
      dead();
      if (source.readyState !== EventSource.CLOSED) return;
      // A refused stream is not retried by the browser: ask whether the session has ended.
      fetch('/devices.json', { method: 'HEAD' }).catch(() => null).then((answer) => {
        if (answer && answer.status === 401) location.assign('/login?next=' + encodeURIComponent(location.pathname));
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
