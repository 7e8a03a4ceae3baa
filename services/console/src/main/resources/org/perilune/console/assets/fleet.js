// Keeps the fleet's table alive: one stream, and only cells that changed are written.
import { ago, mark, number, off, say, worst } from './format.js';
import { batched, follow } from './live.js';
import { now } from './now.js';
import { sparkPath } from './spark.js';
import { adopt, append, merge } from './values.js';

const body = document.querySelector('#fleet tbody');
const select = document.getElementById('parameter');
const search = document.getElementById('search');
const state = document.getElementById('state');
const order = ['dark', 'stale', 'late', 'unknown', 'planned-silence', 'ended', 'online'];
const rows = new Map();
const changed = new Set();
let sort = { key: 'name', down: false };
let chosen = null;
try { chosen = sessionStorage.getItem('plotted'); } catch { /* Storage may be refused. */ }
const KEPT = 240;
const SPAN = 900000;

function rowOf(element) {
  return { element, cells: element.children, device: null, points: [], loaded: null, seen: false };
}
for (const element of body.children) rows.set(element.dataset.device, rowOf(element));

function newRow(name) {
  const element = document.createElement('tr');
  element.dataset.device = name;
  const title = document.createElement('th');
  title.scope = 'row';
  const link = document.createElement('a');
  link.href = '/devices/' + encodeURIComponent(name);
  link.textContent = name;
  title.append(link);
  element.append(title);
  ['', 'num', 'num', '', '', 'plotted', 'num right', 'num right', 'num right'].forEach((kind, index) => {
    const cell = document.createElement('td');
    cell.className = kind;
    if (index === 0 || index === 4) cell.append(document.createElement('span'));
    if (index === 5) {
      const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
      svg.setAttribute('class', 'spark');
      svg.setAttribute('viewBox', '0 0 120 24');
      svg.setAttribute('width', '120');
      svg.setAttribute('height', '24');
      svg.setAttribute('aria-hidden', 'true');
      svg.append(document.createElementNS('http://www.w3.org/2000/svg', 'path'));
      const now = document.createElement('span');
      now.className = 'num now';
      cell.append(svg, now);
    }
    element.append(cell);
  });
  body.append(element);
  const row = rowOf(element);
  rows.set(name, row);
  document.querySelector('.notice')?.remove();
  visible.observe(element);
  return row;
}

function write(row, at) {
  const { device, cells } = row;
  if (!device) return;
  mark(cells[1].firstElementChild, device.state || 'unknown', (device.state || 'unknown').replace('-', ' '));
  say(cells[2], ago(device.since, at));
  say(cells[3], ago(device.last_contact, at));
  say(cells[4], [device.status, off(device.clock_wrong_by_seconds)].filter(Boolean).join(' · ') || '–');
  const limit = worst(device);
  mark(cells[5].firstElementChild, limit.kind, limit.text);
  row.worst = limit.kind;
  const held = device.values && device.values[chosen];
  say(cells[6].lastElementChild, held ? number(held.value) : '');
  if (row.seen) spark(row, at);
  say(cells[7], String(device.gaps));
  say(cells[8], String(device.duplicates_today));
  say(cells[9], String(device.rejected_today));
}

function spark(row, at) {
  const path = sparkPath(row.points, at - SPAN, at, 60000);
  const line = row.element.querySelector('path');
  if (line.getAttribute('d') !== path) line.setAttribute('d', path);
}

const flush = batched(() => {
  const at = now();
  for (const row of changed) write(row, at);
  changed.clear();
});

// Only rows on the screen ask for their history, four at a time.
const waiting = [];
let asking = 0;
function ask() {
  while (asking < 4 && waiting.length) {
    const row = waiting.shift();
    if (!row.seen || !row.device || row.loaded === chosen || !(chosen in (row.device.values || {}))) continue;
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
    const row = rows.get(entry.target.dataset.device);
    row.seen = entry.isIntersecting;
    if (row.seen) { waiting.push(row); changed.add(row); }
  }
  ask();
  flush();
}, { rootMargin: '100px' });
for (const row of rows.values()) visible.observe(row.element);

function choices() {
  const names = new Set();
  for (const { device } of rows.values()) {
    for (const [name, held] of Object.entries((device && device.values) || {})) {
      if (typeof held.value === 'number' && names.size < 200) names.add(name);
    }
  }
  if (!names.has(chosen)) chosen = names.has('altitude') ? 'altitude' : [...names][0] || null;
  if (select.options.length !== names.size) {
    select.replaceChildren(...[...names].sort().map((name) => new Option(name, name, false, name === chosen)));
  }
  select.value = chosen || '';
}

function key(row) {
  const device = row.device || { name: row.element.dataset.device };
  switch (sort.key) {
    case 'state': return order.indexOf(device.state || 'unknown');
    case 'since': return -Date.parse(device.since || 0);
    case 'contact': return -Date.parse(device.last_contact || 0);
    case 'status': return device.status || '';
    case 'worst': return ['critical', 'warning', 'unknown', 'none'].indexOf(row.worst || 'none');
    case 'gaps': return -device.gaps;
    case 'duplicates': return -device.duplicates_today;
    case 'rejected': return -device.rejected_today;
    default: return device.name;
  }
}

function arrange() {
  const wanted = search.value.trim().toLowerCase();
  let shown = 0;
  for (const row of rows.values()) {
    const device = row.device || {};
    const fits = (!wanted || [device.name, device.type, device.status].join(' ').toLowerCase().includes(wanted))
      && (!state.value || (device.state || 'unknown') === state.value);
    row.element.hidden = !fits;
    if (fits) shown++;
  }
  say(document.getElementById('count'), shown === rows.size ? String(shown) : shown + ' of ' + rows.size);
  const sorted = [...rows.values()].map((row) => [key(row), row]);
  sorted.sort(([a, x], [b, y]) => (a < b ? -1 : a > b ? 1 : x.element.dataset.device < y.element.dataset.device ? -1 : 1));
  if (sort.down) sorted.reverse();
  if (sorted.some(([, row], index) => body.children[index] !== row.element)) {
    const focused = document.activeElement;
    body.append(...sorted.map(([, row]) => row.element));
    if (body.contains(focused)) focused.focus();
  }
}

document.querySelectorAll('[data-sort]').forEach((button) => button.addEventListener('click', () => {
  sort = { key: button.dataset.sort, down: sort.key === button.dataset.sort && !sort.down };
  document.querySelectorAll('th[aria-sort]').forEach((head) => head.removeAttribute('aria-sort'));
  button.closest('th').setAttribute('aria-sort', sort.down ? 'descending' : 'ascending');
  arrange();
}));
search.addEventListener('input', arrange);
state.addEventListener('change', arrange);
document.getElementById('tools').addEventListener('submit', (event) => event.preventDefault());
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
  arrange();
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
    arrange();
    flush();
  },
  frames(event) {
    for (const frame of event.frames) {
      const row = rows.get(frame.device);
      if (!row || !row.device) continue;
      merge(row.device, frame);
      const value = frame.values[chosen];
      if (typeof value === 'number') append(row.points, Date.parse(frame.timestamp), value, Date.parse(frame.received), KEPT);
      changed.add(row);
    }
    if (!select.options.length) choices();
    flush();
  },
});
setInterval(() => { for (const row of rows.values()) if (row.seen) changed.add(row); flush(); }, 1000);
setInterval(load, 30000); // Counts of gaps and rejects change without an event.
