// @ts-check
// The Timeline page: lanes, and a table of the same.
import { sureButton } from './confirm.js';
import { find, make, optional } from './dom.js';
import { EventForm } from './eventform.js';
import { clock, say, utc } from './format.js';
import { act, load } from './http.js';
import { order } from './instant.js';
import { eventMark, Lanes } from './lanes.js';
import { List } from './list.js';
import { batched, follow } from './live.js';
import { CONSOLE_AWAY, TIMELINE_AWAY, notice } from './notice.js';
import { now } from './now.js';
import { called, commandPath, distance, elapsed, time } from './wording.js';

const root = find('#timeline');
/** @type {{ devices: Choice[], first: { data: TimelineEvent[] } | null }} */
const { devices, first } = JSON.parse(root.dataset.first || '');
root.removeAttribute('data-first');
const operates = root.dataset.operates === 'true';
const away = find('#away');
const host = find('#lanes');
const said = find('#said');
const chosen = find('#device', HTMLSelectElement);
const HOUR = 3600000;
const SPANS = [HOUR, 6 * HOUR, 24 * HOUR, 168 * HOUR];
const MOST = 5000;
/** @type {Map<string, TimelineEvent>} */
const events = new Map();
let length = 6 * HOUR;
let from = now() - length / 4;
let following = true;
/** @type {number[] | null} */
let loaded = null; // [from, to] that was asked for.
let asked = 0;

/** @param {TimelineEvent} event */
function put(event) {
  const old = events.get(event.id);
  if (old && (old.version ?? 0) > (event.version ?? 0)) return;
  events.set(event.id, event);
}

// The store stays small, however long the page is open.
function forget() {
  if (events.size <= MOST) return;
  for (const [id, event] of events) {
    const at = Date.parse(event.time);
    if (loaded && (at < loaded[0] || at > loaded[1]) && events.size > MOST / 2) events.delete(id);
  }
}

/** @param {number} begin @param {number} end */
async function range(begin, end) {
  const mine = ++asked;
  /** @type {string | null} */
  let cursor = null;
  let told = '';
  const seen = new Set();
  for (let page = 0; page < MOST / 1000; page++) {
    /** @type {Record<string, string>} */
    const query = { from: new Date(begin).toISOString(), to: new Date(end).toISOString(), limit: '1000' };
    if (chosen.value) query.device = chosen.value;
    if (cursor) query.cursor = cursor;
    const answer = await load('/timeline.json?' + new URLSearchParams(query));
    if (mine !== asked) return;
    if (!answer.ok) {
      if (answer.status === 0 || answer.status >= 500) notice(away, ...TIMELINE_AWAY);
      else notice(away, 'This cannot be shown', answer.body.detail || '');
      return;
    }
    for (const event of answer.body.data) { put(event); seen.add(event.id); }
    cursor = answer.body.next;
    if (!cursor) break;
    if (page === MOST / 1000 - 1) told = `Only the first ${MOST} events of this time are shown: choose a device or a shorter time.`;
  }
  notice(away, null);
  say(find('#limit'), told);
  loaded = [begin, end];
  // Predictions are made anew when an orbit changes: what is not there any more goes.
  if (!told) for (const [id, event] of events) {
    const at = Date.parse(event.time);
    if (!seen.has(id) && at > begin && at < end) events.delete(id);
  }
  forget();
  flush();
}

// What is planned next is told even where it lies far beyond what is shown.
async function coming() {
  /** @type {Record<string, string>} */
  const query = { from: new Date(now()).toISOString(), kind: 'planned', limit: '20' };
  if (chosen.value) query.device = chosen.value;
  const answer = await load('/timeline.json?' + new URLSearchParams(query));
  if (!answer.ok) return;
  answer.body.data.forEach(put);
  flush();
}

// Half a screen more on both sides, so that panning finds something there.
const reload = () => { coming(); return range(from - length / 2, from + length * 1.5); };
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;
function moved() {
  const to = from + length;
  if (!loaded || from < loaded[0] || to > loaded[1]) { clearTimeout(timer); timer = setTimeout(reload, 120); }
  /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll('[data-span]')).forEach((one) => one.setAttribute('aria-pressed', String(Number(one.dataset.span) === length)));
  root.dataset.span = String(length);
  draw();
}

function draw() {
  if (following) from = now() - length / 4;
  const shown = [...events.values()].filter((event) => !chosen.value || event.device === chosen.value);
  const lanes = new Set(shown.map((event) => event.device)).size;
  drawing.draw(shown, from, from + length, now());
  find('#nothing').hidden = lanes > 0;
  say(find('#shown'), `${utc(from).slice(0, 16)} to ${utc(from + length).slice(0, 16)} UTC`);
}

// Tables

/** @param {TimelineEvent} event */
const repeated = (event) => (event.repeat ? 'repeats ' + event.repeat : '');

function rowOf() {
  const cells = { at: make('td'), left: make('td', { class: 'num' }), name: make('th', { scope: 'row' }), device: make('td'), mark: make('span'),
    detail: make('span', { class: 'second' }), command: make('td'), acts: make('td', { class: 'right' }) };
  const element = make('tr', {}, cells.at, cells.left, cells.name, cells.device, make('td', {}, cells.mark, cells.detail), cells.command, cells.acts);
  return { element, cells, version: '' };
}

/** @param {ReturnType<typeof rowOf>} row @param {TimelineEvent} event */
function write(row, event) {
  const { cells } = row;
  say(cells.left, distance(event));
  if (row.version === event.version + event.state) return;
  row.version = event.version + event.state;
  row.element.id = 'event-' + event.id;
  cells.at.replaceChildren(time(event.time), make('span', { class: 'second num' }, [elapsed(event.time), event.until ? 'until ' + clock(Date.parse(event.until)) : repeated(event)].filter(Boolean).join(' · ')));
  cells.name.replaceChildren(called(event),
    make('span', { class: 'second' }, event.kind === 'planned' ? `by ${event.changed_by || event.created_by || '–'}` : 'computed ahead'));
  cells.device.replaceChildren(event.device ? make('a', { href: '/devices/' + encodeURIComponent(event.device), class: 'plain' }, event.device) : '–');
  eventMark(cells.mark, event);
  say(cells.detail, event.detail || (event.state === 'planned' && event.if_missed === 'run-once' ? 'if missed: run once' : ''));
  cells.detail.title = event.detail || '';
  const type = event.command?.command_type || '';
  cells.command.replaceChildren(event.command_id ? make('a', { href: commandPath(event.command_id) }, type || 'command') : type || '–');
  const may = operates && event.kind === 'planned' && event.state === 'planned';
  cells.acts.replaceChildren(...(may ? [
    make('button', { type: 'button', class: 'small', 'aria-label': 'Change ' + event.name, onclick: () => form?.open(events.get(event.id) || null) }, 'Change'), ' ',
    sureButton('Cancel', `Cancel ${event.name}${event.repeat ? ' with all that would follow' : ''}`, (button) => cancel(event.id, button), 'small')] : []));
}

/** @param {string} id @param {HTMLButtonElement} button */
async function cancel(id, button) {
  const event = events.get(id);
  if (!event) return;
  button.disabled = true;
  const answer = await act(`/timeline/${encodeURIComponent(id)}/cancel`, { version: event.version });
  button.disabled = false;
  say(said, answer.ok ? '' : answer.body.detail || 'This was not possible.');
  if (answer.ok) { put(answer.body); flush(); }
  else if (answer.status === 409) { say(said, `Nothing was cancelled: ${event.name} was changed meanwhile. ${answer.body.detail || ''}`); reload(); }
}

/** @type {List<TimelineEvent, ReturnType<typeof rowOf>>[]} */
const [nextRows, pastRows] = ['#next', '#past'].map((body) => new List(find(body), rowOf, write));

function tables() {
  const at = now();
  const shown = [...events.values()].filter((event) => !chosen.value || event.device === chosen.value)
    .sort((a, b) => (order(a.time) + a.id < order(b.time) + b.id ? -1 : 1));
  /** @param {TimelineEvent} event */
  const coming = (event) => Date.parse(event.until || event.time) >= at || ['planned', 'dispatching'].includes(event.state);
  const next = shown.filter(coming).slice(0, 50);
  const past = shown.filter((event) => !coming(event) && Date.parse(event.time) >= from - length / 2 && Date.parse(event.time) <= from + length)
    .reverse().slice(0, 100);
  nextRows.show(next);
  pastRows.show(past);
  find('#no-next').hidden = next.length > 0;
  find('#no-past').hidden = past.length > 0;
}

// Wiring

/** @param {string} id */
const show = (id) => {
  const row = optional('#event-' + id);
  if (!row) return;
  row.scrollIntoView({ block: 'center' });
  row.classList.add('found');
  setTimeout(() => row.classList.remove('found'), 2000);
  optional('a, button', HTMLElement, row)?.focus({ preventScroll: true });
};
const form = operates ? new EventForm(devices, null, (/** @type {TimelineEvent} */ event) => { put(event); flush(); }) : null;
const drawing = new Lanes(host, (id) => {
  const event = events.get(id);
  if (event && form && event.state === 'planned' && event.kind === 'planned') form.open(event);
  else show(id);
});
const flush = batched(() => { draw(); tables(); });
/** @param {number} share */
const pan = (share) => { following = false; from += length * share; moved(); };
/** @param {number} to */
const center = (to) => { const middle = following ? now() : from + length / 2; length = to; from = middle - length / 2; moved(); };
/** @param {number} step */
const zoom = (step) => { const index = SPANS.indexOf(length) + step; if (SPANS[index]) center(SPANS[index]); };
/** @type {Record<string, () => void>} */
const acts = { earlier: () => pan(-0.5), later: () => pan(0.5), now: () => { following = true; moved(); flush(); }, in: () => zoom(-1), out: () => zoom(1) };
/** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll('[data-act]')).forEach((one) => one.addEventListener('click', () => { acts[one.dataset.act || ''](); flush(); }));
/** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll('[data-span]')).forEach((one) => one.addEventListener('click', () => { center(Number(one.dataset.span)); flush(); }));
/** @type {Record<string, () => void>} */
const keys = { ArrowLeft: () => pan(-0.25), ArrowRight: () => pan(0.25), '+': acts.in, '=': acts.in, '-': acts.out, 0: acts.now };
host.addEventListener('keydown', (event) => {
  if (!keys[event.key] || event.ctrlKey || event.altKey || event.metaKey) return;
  event.preventDefault();
  keys[event.key]();
  flush();
});
for (const { name } of devices) chosen.append(new Option(name, name));
chosen.addEventListener('change', () => { reload(); flush(); });
const add = optional('#add', HTMLButtonElement);
if (add) {
  add.addEventListener('click', () => form?.open(null, chosen.value ? { device: chosen.value } : {}));
  add.disabled = false; // Before that a press would be lost.
}
new ResizeObserver(() => draw()).observe(host);

if (first) first.data.forEach(put); else notice(away, ...TIMELINE_AWAY);
moved();
flush();
follow(['timeline'], {
  open() { notice(away, null); reload(); },
  away(source, all) { notice(away, ...(all ? CONSOLE_AWAY : TIMELINE_AWAY)); },
  event(event) { put(event); if (form) form.changed(event); flush(); },
});
setInterval(flush, 1000);
setInterval(reload, 300000); // Predictions reach further as time goes on.
