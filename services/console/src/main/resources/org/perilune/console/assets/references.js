// @ts-check
// What entries point to, brought to life: small plots, states of commands, times in the reader's own zone.
import { find } from './dom.js';
import { local, number, utc } from './format.js';
import { load } from './http.js';
import { sparkPath } from './spark.js';
import { stateMark } from './wording.js';

const KEPT = 200;
/** @type {Map<string, Promise<Answer>>} */
const asked = new Map(); // By address: a plot that is drawn anew is not asked for anew.
/** @type {[string, (answer: Answer) => void][]} */
const waiting = [];
let asking = 0;

/** @param {string} path @returns {Promise<Answer>} */
function once(path) {
  const known = asked.get(path);
  if (known) return known;
  /** @type {Promise<Answer>} */
  const answer = new Promise((resolve) => { waiting.push([path, resolve]); });
  asked.set(path, answer);
  if (asked.size > KEPT) asked.delete([...asked.keys()][0]);
  next();
  return answer;
}

// Four at a time: a page of many references asks for them one after the other.
function next() {
  while (asking < 4) {
    const [path, resolve] = waiting.shift() || [];
    if (!path || !resolve) return;
    asking++;
    load(path).then((answer) => {
      asking--;
      if (!answer.ok) asked.delete(path);
      resolve(answer);
      next();
    });
  }
}

/** @param {SVGElement} svg */
async function plot(svg) {
  const query = new URLSearchParams(svg.dataset.series);
  const answer = await once('/series?' + query);
  const said = find('[data-extremes]', HTMLElement, svg.parentElement || svg);
  if (!answer.ok) { said.textContent = 'no plot just now'; return; }
  /** @type {Series} */
  const { points, unit } = answer.body;
  if (!points.length) { said.textContent = 'no values'; return; }
  const [from, to] = ['from', 'to'].map((one) => Date.parse(query.get(one) || ''));
  svg.firstElementChild?.setAttribute('d', sparkPath(points, from, to, Math.max((to - from) / 10, 60000)));
  const low = Math.min(...points.map((one) => one[1]));
  const high = Math.max(...points.map((one) => one[2]));
  said.textContent = `${number(low)} to ${number(high)} ${unit || ''}`.trim();
}

/** @param {HTMLElement} link */
async function command(link) {
  const answer = await once(`/commands/${encodeURIComponent(link.dataset.command || '')}/now.json`);
  if (answer.ok) showCommand(link, answer.body);
}

/** @param {HTMLElement} link @param {Command} one */
function showCommand(link, one) {
  link.textContent = `${one.command_type} to ${one.device}`;
  stateMark(find('[data-command-state]', HTMLElement, link.parentElement || link), one.state);
}

// A command that changed, wherever an entry points to it.
/** @param {Command} one */
export function commandChanged(one) {
  asked.delete(`/commands/${encodeURIComponent(one.id)}/now.json`);
  for (const link of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(`[data-command="${CSS.escape(one.id)}"]`))) showCommand(link, one);
}

const seen = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    if (!isIntersecting) continue;
    seen.unobserve(target);
    if (target instanceof SVGElement) plot(target); else command(/** @type {HTMLElement} */ (target));
  }
}, { rootMargin: '200px' });

/** @param {ParentNode} root */
export function hydrate(root) {
  for (const time of /** @type {NodeListOf<HTMLTimeElement>} */ (root.querySelectorAll('time[datetime]:not([title])'))) {
    const millis = Date.parse(time.dateTime);
    time.title = utc(millis) + ', ' + local(millis);
  }
  for (const one of root.querySelectorAll('[data-series], a[data-command]')) seen.observe(one);
  globalThis.htmx?.process(/** @type {Node & ParentNode} */ (root));
}
