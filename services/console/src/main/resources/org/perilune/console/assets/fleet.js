// @ts-check
// Keeps the fleet's table alive: one stream, and only cells that changed are written.
import { find, make } from './dom.js';
import { ago, mark, number, off, say, worst } from './format.js';
import { arrange } from './list.js';
import { batched, follow } from './live.js';
import { now } from './now.js';
import { newSpark, sparkPath } from './spark.js';
import { adopt, append, merge } from './values.js';

const body = find('#fleet tbody');
const select = find('#parameter', HTMLSelectElement);
const search = find('#search', HTMLInputElement);
const state = find('#state', HTMLSelectElement);
const order = ['dark', 'stale', 'late', 'unknown', 'planned-silence', 'ended', 'online'];
/** @typedef {{ element: HTMLTableRowElement, cells: HTMLCollection, device: Device | null, points: Point[], loaded: string | null, seen: boolean, worst?: string }} Row */
/** @type {Map<string, Row>} */
const rows = new Map();
/** @type {Set<Row>} */
const changed = new Set();
let sort = { key: 'name', down: false };
/** @type {string | null} */
let chosen = null;
try { chosen = sessionStorage.getItem('plotted'); } catch { /* Storage may be refused. */ }
const KEPT = 240;
const SPAN = 900000;

/** @param {HTMLTableRowElement} element @returns {Row} */
function rowOf(element) {
  return { element, cells: element.children, device: null, points: [], loaded: null, seen: false };
}
for (const element of /** @type {HTMLCollectionOf<HTMLTableRowElement>} */ (body.children)) rows.set(element.dataset.device || '', rowOf(element));

/** @param {string} name */
function newRow(name) {
  const kinds = ['', 'num', 'num', '', '', 'plotted', 'num right', 'num right', 'num right'];
  const element = make('tr', { 'data-device': name }, make('th', { scope: 'row' }, make('a', { href: '/devices/' + encodeURIComponent(name) }, name)),
    ...kinds.map((kind, index) => make('td', { class: kind }, index === 0 || index === 4 ? make('span') : null,
      ...(index === 5 ? [newSpark(), make('span', { class: 'num now' })] : []))));
  body.append(element);
  const row = rowOf(element);
  rows.set(name, row);
  document.querySelector('.notice')?.remove();
  visible.observe(element);
  return row;
}

/** @param {Row} row @param {number} at */
function write(row, at) {
  const { device } = row;
  if (!device) return;
  const cells = [...row.cells];
  const sign = (/** @type {number} */ index) => /** @type {Element} */ (cells[index].firstElementChild);
  mark(sign(1), device.state || 'unknown', (device.state || 'unknown').replace('-', ' '));
  say(cells[2], ago(device.since, at));
  say(cells[3], ago(device.last_contact, at));
  say(cells[4], [device.status, off(device.clock_wrong_by_seconds)].filter(Boolean).join(' · ') || '–');
  const limit = worst(device);
  mark(sign(5), limit.kind, limit.text);
  row.worst = limit.kind;
  const held = device.values?.[chosen || ''];
  say(cells[6].lastElementChild, held ? number(held.value) : '');
  if (row.seen) spark(row, at);
  say(cells[7], String(device.gaps));
  say(cells[8], String(device.duplicates_today));
  say(cells[9], String(device.rejected_today));
}

/** @param {Row} row @param {number} at */
function spark(row, at) {
  const path = sparkPath(row.points, at - SPAN, at, 60000);
  const line = find('path', SVGPathElement, row.element);
  if (line.getAttribute('d') !== path) line.setAttribute('d', path);
}

const flush = batched(() => {
  const at = now();
  for (const row of changed) write(row, at);
  changed.clear();
});

// Only rows on the screen ask for their history, four at a time.
/** @type {Row[]} */
const waiting = [];
let asking = 0;
function ask() {
  while (asking < 4 && waiting.length) {
    const row = waiting.shift();
    if (!row?.seen || !chosen || !row.device || row.loaded === chosen || !(chosen in (row.device.values || {}))) continue;
    row.loaded = chosen;
    asking++;
    const wanted = chosen;
    const to = now();
    const query = new URLSearchParams({ device: row.device.name, parameter: wanted, pixels: '120',
      from: new Date(to - SPAN).toISOString(), to: new Date(to).toISOString() });
    fetch('/series?' + query).then((answer) => answer.ok ? answer.json() : null).then((series) => {
      if (!series || wanted !== chosen) return;
      const end = series.points.length ? series.points.at(-1)[0] : 0;
      row.points = series.points.concat(row.points.filter((point) => point[0] > end)).slice(-KEPT);
      changed.add(row);
      flush();
    }).catch(() => { row.loaded = null; }).finally(() => { asking--; ask(); });
  }
}
const visible = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    const row = rows.get(/** @type {HTMLElement} */ (entry.target).dataset.device || '');
    if (!row) continue;
    row.seen = entry.isIntersecting;
    if (row.seen) { waiting.push(row); changed.add(row); }
  }
  ask();
  flush();
}, { rootMargin: '100px' });
for (const row of rows.values()) visible.observe(row.element);

function choices() {
  /** @type {Set<string>} */
  const names = new Set();
  for (const { device } of rows.values()) {
    for (const [name, held] of Object.entries(device?.values || {})) {
      if (typeof held.value === 'number' && names.size < 200) names.add(name);
    }
  }
  if (!names.has(chosen || '')) chosen = names.has('altitude') ? 'altitude' : [...names][0] || null;
  if (select.options.length !== names.size) {
    select.replaceChildren(...[...names].sort().map((name) => new Option(name, name, false, name === chosen)));
  }
  select.value = chosen || '';
}

/** @param {Row} row */
function key(row) {
  const device = row.device || { name: row.element.dataset.device || '', gaps: 0, duplicates_today: 0, rejected_today: 0, state: '', since: '', status: '', last_contact: '' };
  switch (sort.key) {
    case 'state': return order.indexOf(device.state || 'unknown');
    case 'since': return -(Date.parse(device.since || '') || 0);
    case 'contact': return -(Date.parse(device.last_contact || '') || 0);
    case 'status': return device.status || '';
    case 'worst': return ['critical', 'warning', 'unknown', 'none'].indexOf(row.worst || 'none');
    case 'gaps': return -device.gaps;
    case 'duplicates': return -device.duplicates_today;
    case 'rejected': return -device.rejected_today;
    default: return device.name;
  }
}

function sortRows() {
  const wanted = search.value.trim().toLowerCase();
  let shown = 0;
  for (const row of rows.values()) {
    /** @type {Partial<Device>} */
    const device = row.device || {};
    const fits = (!wanted || [device.name, device.type, device.status].join(' ').toLowerCase().includes(wanted))
      && (!state.value || (device.state || 'unknown') === state.value);
    row.element.hidden = !fits;
    if (fits) shown++;
  }
  say(find('#count'), shown === rows.size ? String(shown) : shown + ' of ' + rows.size);
  const sorted = [...rows.values()].map((row) => /** @type {[string | number, Row]} */ ([key(row), row]));
  sorted.sort(([a, x], [b, y]) => (a < b ? -1 : a > b ? 1 : (x.element.dataset.device || '') < (y.element.dataset.device || '') ? -1 : 1));
  if (sort.down) sorted.reverse();
  arrange(body, sorted.map(([, row]) => row.element));
}

/** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll('[data-sort]')).forEach((button) => button.addEventListener('click', () => {
  sort = { key: button.dataset.sort || 'name', down: sort.key === button.dataset.sort && !sort.down };
  document.querySelectorAll('th[aria-sort]').forEach((head) => head.removeAttribute('aria-sort'));
  button.closest('th')?.setAttribute('aria-sort', sort.down ? 'descending' : 'ascending');
  sortRows();
}));
search.addEventListener('input', sortRows);
state.addEventListener('change', sortRows);
find('#tools').addEventListener('submit', (event) => event.preventDefault());
select.addEventListener('change', () => {
  chosen = select.value;
  try { sessionStorage.setItem('plotted', chosen); } catch { /* It is only a convenience. */ }
  for (const row of rows.values()) { row.points = []; row.loaded = null; waiting.push(row); changed.add(row); }
  ask();
  flush();
});

async function load() {
  const answer = await fetch('/devices.json').catch(() => null);
  if (!answer || !answer.ok) return;
  for (const device of (await answer.json()).devices) {
    const row = rows.get(device.name) || newRow(device.name);
    row.device = adopt(device, row.device);
    changed.add(row);
    if (row.seen) waiting.push(row);
  }
  choices();
  sortRows();
  ask();
  flush();
}

follow(['telemetry'], {
  open: load,
  state(device) {
    const row = rows.get(device.name) || newRow(device.name);
    row.device = adopt(device, row.device);
    changed.add(row);
    choices();
    sortRows();
    flush();
  },
  frames(event) {
    for (const frame of event.frames) {
      const row = rows.get(frame.device);
      if (!row || !row.device) continue;
      merge(row.device, frame);
      const value = frame.values[chosen || ''];
      if (typeof value === 'number') append(row.points, Date.parse(frame.timestamp), value, Date.parse(frame.received), KEPT);
      changed.add(row);
    }
    if (!select.options.length) choices();
    flush();
  },
});
setInterval(() => { for (const row of rows.values()) if (row.seen) changed.add(row); flush(); }, 1000);
setInterval(load, 30000); // Counts of gaps and rejects change without an event.
