// @ts-check
// One device: its values, plots and orbit, alive.
import { find, make, optional } from './dom.js';
import { ago, level, local, mark, number, off, say, span, utc } from './format.js';
import { instant } from './instant.js';
import { batched, follow } from './live.js';
import { now } from './now.js';
import { Orbit } from './orbit.js';
import { Plots } from './plot.js';
import { shown, wanted } from './plotaddress.js';
import { Uplink } from './uplink.js';
import { adopt, merge } from './values.js';

const host = find('#device');
let device = adopt(/** @type {Device} */ (JSON.parse(host.dataset.device || '')));
host.removeAttribute('data-device');
const name = device.name;
const table = find('#values');
/** @type {Map<string, Row>} */
const rows = new Map();
const plots = new Plots(find('#plots'), find('#readout'), name, () => changed());
const orbiting = device.type === 'lunar-module' || (device.values && 'position' in device.values && 'altitude' in device.values);
const orbit = orbiting ? new Orbit(find('#orbit')) : null;

// A reference in the flight log leads to one value in one range.
const asked = new URLSearchParams(location.search);
const MONTH = 30 * 86400000;
const HALF_AN_HOUR = 1800000;
// What has been silent for long is looked at where its telemetry ends, such as a recording of years ago.
const lastTime = Date.parse(device.last_time || '');
const ended = now() - lastTime > 6 * 3600000;

/** @param {string} value @returns {Parameter} */
function parameterOf(value) {
  return (device.parameters || []).find((one) => one.name === value) || { name: value, unit: '' };
}

/**
 * @typedef {{ element: HTMLTableRowElement, cells: HTMLTableCellElement[], box: HTMLInputElement | null, sign: HTMLElement }} Row
 * @param {string} value @returns {Row | undefined}
 */
function row(value) {
  let found = rows.get(value);
  if (found || rows.size >= 500) return found;
  const parameter = parameterOf(value);
  const sign = make('span');
  const cells = [['num right value'], ['unit', parameter.unit || ''], ['', sign], ['num right'], ['']]
    .map(([kind, content]) => make('td', { class: kind }, content));
  const element = make('tr', {}, make('th', { scope: 'row', title: parameter.description }, value), ...cells);
  table.append(element);
  found = { element, cells, sign, box: null };
  rows.set(value, found);
  return found;
}

/** @param {string} value @param {Row} found */
function plotBox(value, found) {
  const box = make('input', { type: 'checkbox', 'aria-label': 'Plot ' + value });
  box.addEventListener('change', () => (box.checked ? plots.add(parameterOf(value)) : plots.remove(value)));
  found.cells[4].append(box);
  found.box = box;
  const first = asked.has('parameter') ? asked.getAll('parameter') : orbiting ? ['altitude', 'speed', 'battery'] : ordered().map(([one]) => one).slice(0, 3);
  if (first.includes(value)) { box.checked = true; plots.add(parameterOf(value), asked.getAll('log').includes(value)); }
}

/** @param {number} at */
function silence(at) {
  const sign = find('#silence');
  const from = Date.parse(device.silence_from || '');
  const until = Date.parse(device.silence_until || '');
  const behind = device.state === 'planned-silence' || (at >= from && at < until);
  const where = orbit ? 'Behind the Moon' : 'Planned silence';
  let text = '';
  if (behind && until - at > MONTH) {
    text = 'Nothing is expected from it, as it announced.';
  } else if (behind) {
    text = until > at ? `${where}, back in ${span(until - at)}; recording on board.` : `${where}; back any moment, recording on board.`;
  } else if (from > at) {
    text = `Next loss of signal in ${span(from - at)}, back ${span(until - from)} later.`;
    if (device.type === 'lunar-module' && from - at > HALF_AN_HOUR) {
      text += ' To see it sooner, start Perilune with --set lunar-module.time-scale=20.';
    }
  }
  sign.hidden = !text;
  sign.title = text ? `${utc(behind ? until : from)}, ${local(behind ? until : from)}` : '';
  say(sign, text);
  return behind;
}

function wrongClock() {
  const sign = find('#clock');
  const wrong = off(device.clock_wrong_by_seconds);
  sign.hidden = !wrong;
  say(sign, wrong && `Its ${wrong} of ours: values stand at the time that it gives. Set its clock right; what it sends then stands right.`);
}

// As the device announced them; what it did not announce comes last.
/** @returns {[string, Held][]} */
function ordered() {
  const values = device.values || {};
  const announced = (device.parameters || []).map((one) => one.name).filter((one) => one in values);
  const others = Object.keys(values).filter((one) => !announced.includes(one)).sort();
  return [...announced, ...others].map((one) => [one, values[one]]);
}

const flush = batched(() => {
  const at = now();
  mark(find('#state'), device.state || 'unknown', (device.state || 'unknown').replace('-', ' '));
  say(find('#since'), ago(device.since, at));
  say(find('#contact'), ago(device.last_contact, at));
  find('#contact').title = device.last_contact ? utc(Date.parse(device.last_contact)) : '';
  say(find('#status'), device.status || 'no status yet');
  silence(at);
  wrongClock();
  const limit = Math.max(5 * (device.report_interval_millis || 10000), 5000);
  for (const [value, held] of ordered()) {
    const found = row(value);
    if (!found) continue;
    if (!found.box && typeof held.value === 'number') plotBox(value, found);
    const time = Date.parse(held.time);
    const old = at - time > limit ? 'old' : '';
    if (found.element.className !== old) found.element.className = old;
    say(found.cells[0], number(held.value));
    const kind = level(parameterOf(value), held.value);
    mark(found.sign, kind, (old ? 'was ' : '') + (kind === 'none' ? 'within' : kind));
    say(found.cells[3], held.time ? span(at - time) : '–');
    found.cells[3].title = held.time ? `${utc(time)}, ${local(time)}` : '';
  }
  find('#empty').hidden = rows.size > 0;
  if (orbit && device.values?.position && device.values?.altitude) {
    const { position, altitude } = device.values;
    orbit.draw(position.value, altitude.value, at - Date.parse(position.time) > limit, device.values.sun_position?.value);
  }
});

// A day for the whole shape, a quarter of an hour in full for a module flown in quicker time.
async function loadOrbit() {
  if (!orbit) return;
  await Promise.all([86400000, 900000].map(arc));
  flush();
}

/** @param {number} length */
async function arc(length) {
  const to = now();
  /** @param {string} parameter @returns {Promise<Series>} */
  const ask = (parameter) => fetch('/series?' + new URLSearchParams({ device: name, parameter, pixels: '450',
    from: new Date(to - length).toISOString(), to: new Date(to).toISOString() }))
    .then((answer) => (answer.ok ? answer.json() : { points: [] })).catch(() => ({ points: [] }));
  const [positions, altitudes, powers] = await Promise.all(['position', 'altitude', 'solar_power'].map(ask));
  const altitude = new Map(altitudes.points.map(([time, min, max]) => [time, (min + max) / 2]));
  const power = new Map(powers.points.map(([time, , max]) => [time, max > 1]));
  for (const [time, min, max] of positions.points) {
    // A bucket over a long arc, or over the jump from 360 to 0, has no middle.
    if (max - min < 20 && altitude.has(time)) orbit?.sample((min + max) / 2, altitude.get(time), power.get(time));
  }
}

async function reload() {
  const answer = await fetch(`/devices/${encodeURIComponent(name)}/now.json`).catch(() => null);
  if (answer && answer.ok) { device = adopt(await answer.json(), device); plots.interval = device.report_interval_millis; }
  plots.reload();
  flush();
}

plots.interval = device.report_interval_millis;
const uplink = new Uplink(() => device);
follow(['telemetry/' + name, 'commands/' + name, 'timeline/' + name], {
  open(again, source) {
    if (source !== 'telemetry') uplink.open(source);
    else if (again) reload();
  },
  away(source, all) { if (source !== 'telemetry') uplink.away(source, all); },
  command(command) { uplink.command(command); },
  event(event) { uplink.event(event); },
  state(changed) { device = adopt(changed, device); flush(); },
  frames(event) {
    let late = false;
    for (const frame of event.frames) {
      if (frame.device !== name) continue;
      if (!merge(device, frame)) { late = true; continue; }
      // What was recorded out of sight comes long after its time.
      if (instant(frame.received) - instant(frame.timestamp) > 10000) late = true;
      plots.append(Date.parse(frame.timestamp), frame.values, Date.parse(frame.received));
      if (orbit) {
        const sun = frame.values.illumination;
        orbit.sample(frame.values.position, frame.values.altitude, typeof sun === 'string' ? sun === 'sunlit' : undefined);
      }
    }
    if (late || event.skipped) plots.late();
    flush();
  },
});

function csv() {
  find('#csv', HTMLAnchorElement).href = '/data.csv?' + new URLSearchParams({ device: name,
    from: new Date(plots.from).toISOString(), to: new Date(plots.to).toISOString() });
}
find('#csv', HTMLAnchorElement).addEventListener('click', csv);
// The first plot, as it is shown now.
optional('#write', HTMLAnchorElement)?.addEventListener('click', (event) => {
  const parameter = plots.panels.keys().next().value;
  if (!parameter) return;
  /** @type {HTMLAnchorElement} */ (event.currentTarget).href = '/log?' + new URLSearchParams({ about: 'telemetry', device: name, parameter,
    from: new Date(plots.from).toISOString(), to: new Date(plots.to).toISOString() });
});
const buttons = [.../** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll('[data-span]'))];
buttons.forEach((button) => button.addEventListener('click', () => {
  const to = ended ? lastTime : now();
  plots.show(to - Number(button.dataset.span) * 1000, to, !ended);
}));

// The address says what is shown, for a reload or somebody else; a button is pressed while what it shows is shown.
/** @type {ReturnType<typeof setTimeout> | undefined} */
let addressing;
let acted = false;
for (const type of ['pointerdown', 'keydown', 'change', 'submit']) host.addEventListener(type, () => { acted = true; }, true);
function changed() {
  csv();
  const upToNow = plots.following || (ended && plots.to === lastTime);
  for (const one of buttons) one.setAttribute('aria-pressed', String(upToNow && plots.span === Number(one.dataset.span) * 1000));
  clearTimeout(addressing);
  if (acted) addressing = setTimeout(() => history.replaceState(history.state, '', '?' + shown(plots)), 500);
}
/** @type {Record<string, () => void>} */
const acts = { in: () => plots.zoom(0.5), out: () => plots.zoom(2), earlier: () => plots.pan(-0.25),
  later: () => plots.pan(0.25), reset: () => plots.now(900000) };
/** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll('[data-act]')).forEach((button) => button.addEventListener('click', () => acts[button.dataset.act || '']()));
find('#custom', HTMLFormElement).addEventListener('submit', (event) => {
  event.preventDefault();
  const given = new FormData(find('#custom', HTMLFormElement));
  const from = Date.parse(given.get('from') + 'Z');
  const to = Date.parse(given.get('to') + 'Z');
  if (to > from) plots.show(from, to, false);
});

loadOrbit();
flush();
const first = wanted(asked);
if (first.from && first.to) plots.show(first.from, first.to, false);
else if (ended) plots.show(lastTime - 86400000, lastTime, false);
else if (first.span) plots.now(first.span);
else changed();
setInterval(() => { flush(); plots.draw(); }, 1000);
setInterval(() => { if (plots.following) plots.reload(); }, 60000);
