// What entries point to, brought to life: small plots, states of commands, times in the reader's own zone.
import { load, stateMark } from './http.js';
import { local, number, utc } from './format.js';
import { sparkPath } from './spark.js';

const KEPT = 200;
const asked = new Map(); // By address: a plot that is drawn anew is not asked for anew.
const waiting = [];
let asking = 0;

function once(path) {
  let answer = asked.get(path);
  if (answer) return answer;
  answer = new Promise((resolve) => { waiting.push([path, resolve]); });
  asked.set(path, answer);
  if (asked.size > KEPT) asked.delete(asked.keys().next().value);
  next();
  return answer;
}

// Four at a time: a page of many references asks for them one after the other.
function next() {
  while (asking < 4 && waiting.length) {
    const [path, resolve] = waiting.shift();
    asking++;
    load(path).then((answer) => {
      asking--;
      if (!answer.ok) asked.delete(path);
      resolve(answer);
      next();
    });
  }
}

async function plot(svg) {
  const query = new URLSearchParams(svg.dataset.series);
  const answer = await once('/series?' + query);
  const said = svg.parentElement.querySelector('[data-extremes]');
  if (!answer.ok) { said.textContent = 'no plot just now'; return; }
  const { points, unit } = answer.body;
  if (!points.length) { said.textContent = 'no values'; return; }
  const [from, to] = ['from', 'to'].map((one) => Date.parse(query.get(one)));
  svg.firstElementChild.setAttribute('d', sparkPath(points, from, to, Math.max((to - from) / 10, 60000)));
  const low = Math.min(...points.map((one) => one[1]));
  const high = Math.max(...points.map((one) => one[2]));
  said.textContent = `${number(low)} to ${number(high)} ${unit || ''}`.trim();
}

async function command(link) {
  const answer = await once(`/commands/${encodeURIComponent(link.dataset.command)}/now.json`);
  if (answer.ok) showCommand(link, answer.body);
}

function showCommand(link, one) {
  link.textContent = `${one.command_type} to ${one.device}`;
  stateMark(link.parentElement.querySelector('[data-command-state]'), one.state);
}

// A command that changed, wherever an entry points to it.
export function commandChanged(one) {
  asked.delete(`/commands/${encodeURIComponent(one.id)}/now.json`);
  for (const link of document.querySelectorAll(`[data-command="${CSS.escape(one.id)}"]`)) showCommand(link, one);
}

const seen = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    if (!isIntersecting) continue;
    seen.unobserve(target);
    if (target.dataset.series) plot(target); else command(target);
  }
}, { rootMargin: '200px' });

export function hydrate(root) {
  for (const time of root.querySelectorAll('time[datetime]:not([title])')) {
    const millis = Date.parse(time.dateTime);
    time.title = utc(millis) + ', ' + local(millis);
  }
  for (const one of root.querySelectorAll('[data-series], a[data-command]')) seen.observe(one);
  globalThis.htmx?.process(root);
}
