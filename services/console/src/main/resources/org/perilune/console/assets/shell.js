// @ts-check
// What every page has: clocks, theme.
import { find, optional } from './dom.js';
import { clock, local, logInAgain, say } from './format.js';
import { now, told } from './now.js';
import { patch } from './patch.js';

const utc = find('[data-clock=utc]');
const elapsed = optional('[data-clock=elapsed]');
told(Number(utc.dataset.now));
const start = Number(elapsed?.dataset.start);

function tick() {
  const at = now();
  say(utc.lastElementChild, clock(at));
  utc.title = local(at);
  if (elapsed) {
    const seconds = Math.max(0, Math.floor((at - start) / 1000));
    const days = Math.floor(seconds / 86400);
    say(elapsed.lastElementChild, (days ? days + 'd ' : '') + clock(seconds % 86400 * 1000));
  }
  setTimeout(tick, 1000 - at % 1000);
}
tick();

// Parts that are asked for again and again.
globalThis.htmx?.defineExtension('patch', {
  isInlineSwap: () => false,
  /** @type {(style: string, target: Element, fragment: DocumentFragment) => false | Element[]} */
  handleSwap: (style, target, fragment) => style === 'patch' && patch(target, fragment),
});
// A screen reader is told which limit is broken, once, and not each of its values.
const worst = optional('#worst-said');
document.body.addEventListener('htmx:afterSwap', ({ target }) => {
  if (worst && target instanceof Element && target.matches('.worst')) say(worst, optional('[data-said]', HTMLElement, target)?.dataset.said || '');
});

// After what pages keep as they go: the next one at this screen may be somebody else.
document.querySelector('form[action="/logout"]')?.addEventListener('submit', () => {
  addEventListener('pagehide', () => { try { sessionStorage.clear(); } catch { /* Nothing is kept then. */ } });
});

// What a page asks for by itself does not keep a session; whoever uses the page without leaving it does.
const form = optional('input[name=_form]', HTMLInputElement);
let last = performance.now();
async function used() {
  if (!form || performance.now() - last < 60000) return;
  last = performance.now();
  const answer = await fetch('/active', { method: 'POST', body: new URLSearchParams({ _form: form.value }) }).catch(() => null);
  if (answer?.status === 401) location.assign(logInAgain());
}
for (const type of ['pointerdown', 'keydown', 'wheel']) addEventListener(type, used, { passive: true, capture: true });

const button = find('[data-theme-switch]');
button.addEventListener('click', () => {
  const theme = document.documentElement.dataset.theme === 'dark' ? 'light' : 'dark';
  document.documentElement.dataset.theme = theme;
  document.cookie = 'theme=' + theme + '; path=/; max-age=31536000; samesite=lax';
  say(button, theme === 'dark' ? 'Light' : 'Dark');
  dispatchEvent(new Event('theme'));
});
