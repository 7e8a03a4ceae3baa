// What every page has: clocks, theme.
import { clock, local, say } from './format.js';

const utc = document.querySelector('[data-clock=utc]');
const elapsed = document.querySelector('[data-clock=elapsed]');
const skew = Number(utc.dataset.now) - Date.now();
// The server's clock counts; differences that the way explains are left alone.
const offset = Math.abs(skew) > 5000 ? skew : 0;
const start = Number(elapsed.dataset.start);

function tick() {
  const now = Date.now() + offset;
  say(utc.lastElementChild, clock(now));
  utc.title = local(now);
  const seconds = Math.max(0, Math.floor((now - start) / 1000));
  const days = Math.floor(seconds / 86400);
  say(elapsed.lastElementChild, (days ? days + 'd ' : '') + clock(seconds % 86400 * 1000));
  setTimeout(tick, 1000 - now % 1000);
}
tick();

// After what pages keep as they go: the next one at this screen may be somebody else.
document.querySelector('form[action="/logout"]')?.addEventListener('submit', () => {
  addEventListener('pagehide', () => { try { sessionStorage.clear(); } catch { /* Nothing is kept then. */ } });
});

const button = document.querySelector('[data-theme-switch]');
button.addEventListener('click', () => {
  const theme = document.documentElement.dataset.theme === 'dark' ? 'light' : 'dark';
  document.documentElement.dataset.theme = theme;
  document.cookie = 'theme=' + theme + '; path=/; max-age=31536000; samesite=strict';
  say(button, theme === 'dark' ? 'Light' : 'Dark');
  dispatchEvent(new Event('theme'));
});
