// @ts-check
// The Commands page: send, approve, follow.
import { cancelButton, cancellable, decisions } from './approval.js';
import { find, make, optional } from './dom.js';
import { clearFaults, CommandFields, field, showFaults } from './fields.js';
import { say, span } from './format.js';
import { load } from './http.js';
import { order } from './instant.js';
import { List } from './list.js';
import { batched, follow } from './live.js';
import { CONSOLE_AWAY, DISPATCHER_AWAY, notice } from './notice.js';
import { now } from './now.js';
import { commandSender, sentAgain, unsent } from './sender.js';
import { me } from './viewer.js';
import { brief, commandPath, detail, stateMark, time } from './wording.js';

const root = find('#commands');
/** @type {{ devices: Choice[], first: { commands: Command[], next: string | null } | null }} */
const { devices, first } = JSON.parse(root.dataset.first || '');
root.removeAttribute('data-first');
/** @type {Map<string, string>} */
const types = new Map(devices.map((one) => [one.name, one.type]));
const body = find('#history');
const newer = find('#newer', HTMLButtonElement);
const older = find('#older', HTMLButtonElement);
const away = find('#away');
const filters = find('#filters', HTMLFormElement);
const PAGE = 100;
/** @type {Map<string, Command>} */
const shown = new Map();
/** @type {Map<string, Command>} */
const held = new Map();
/** @type {Map<string, Command>} */
const back = new Map(); // New ones, while somebody points at the list.
/** @type {string | null} */
let next = null;
let most = PAGE;
let trimmed = false;

// History

/** @param {Command} command */
function rowOf(command) {
  const mark = make('span');
  const cells = { mark, detail: make('span', { class: 'second' }), act: make('td', { class: 'right' }) };
  const link = make('a', { href: commandPath(command.id) }, command.command_type);
  const given = brief(command.parameters);
  const element = make('tr', { 'data-id': command.id }, make('td', {}, time(command.requested_at)),
    make('th', { scope: 'row' }, link, make('span', { class: 'second', title: given }, given)),
    make('td', {}, make('a', { href: '/devices/' + encodeURIComponent(command.device), class: 'plain' }, command.device)),
    make('td', {}, mark, cells.detail), make('td', {}, command.requested_by || command.principal || '–'), cells.act);
  return { element, cells };
}

/** @param {ReturnType<typeof rowOf>} row @param {Command} command */
function write({ cells }, command) {
  stateMark(cells.mark, command.state);
  cells.mark.title = command.changed_at || '';
  say(cells.detail, detail(command));
  cells.detail.title = detail(command);
  const wanted = me.operates && cancellable(command);
  if (wanted === Boolean(cells.act.firstElementChild)) return;
  cells.act.replaceChildren(...(wanted ? [cancelButton(command, cells.detail, put)] : []));
}

/** @param {Command} command */
function fits(command) {
  const asked = new FormData(filters);
  const states = asked.get('state');
  return (!asked.get('device') || asked.get('device') === command.device)
    && (!states || (states === 'open' ? !command.final : states === command.state))
    && (!asked.get('who') || asked.get('who') === command.requested_by);
}

/** @param {Command} a @param {Command} b */
const later = (a, b) => order(a.requested_at) + a.id > order(b.requested_at) + b.id;

const rows = new List(body, rowOf, write);
const sorted = () => [...shown.values()].sort((a, b) => (later(a, b) ? -1 : 1));

/** @type {{ id: string, mark: HTMLElement } | null} */
let told = null; // The last one that was sent from here.
/** @param {Command} command */
function put(command) {
  if (told && told.id === command.id) stateMark(told.mark, command.state);
  /** @param {Map<string, Command>} known */
  const isNews = (known) => (command.revision ?? 0) >= (known.get(command.id)?.revision ?? 0);
  if (!shown.has(command.id)) { if (isNews(back) && fits(command) && inView(command)) back.set(command.id, command); }
  else if (isNews(shown)) shown.set(command.id, command);
  if (command.state !== 'held') held.delete(command.id);
  else if (isNews(held)) held.set(command.id, command);
  flush();
}
/** @param {Command} command */
const inView = (command) => !(next || trimmed) || !shown.size || later(command, sorted()[shown.size - 1]);

// Nothing moves under a pointer or the keyboard's focus.
const busy = () => body.matches(':hover') || body.contains(document.activeElement);
function show(all = !busy()) {
  if (all) {
    for (const [id, command] of back) shown.set(id, command);
    back.clear();
  }
  const commands = sorted();
  for (const { id } of commands.splice(most)) { shown.delete(id); trimmed = true; }
  rows.show(commands);
  older.hidden = !next && !trimmed;
  find('#empty').hidden = commands.length > 0;
  newer.hidden = !back.size;
  say(newer, back.size === 1 ? 'Show 1 newer command' : `Show ${back.size} newer commands`);
  const lost = waiting.host.contains(document.activeElement);
  waiting.show([...held.values()]);
  find('#nothing').hidden = held.size > 0;
  if (lost && !waiting.host.contains(document.activeElement)) find('#waiting-title').focus();
}
const flush = batched(() => show());
newer.addEventListener('click', () => { show(true); optional('a', HTMLElement, body)?.focus(); });
body.addEventListener('pointerleave', flush);
body.addEventListener('focusout', () => setTimeout(flush));

/** @param {Record<string, any>} extra */
function query(extra) {
  const asked = new FormData(filters);
  const given = { device: asked.get('device'), state: asked.get('state'), requested_by: asked.get('who'), limit: PAGE, ...extra };
  return '?' + new URLSearchParams(Object.entries(given).filter(([, value]) => value).map(([name, value]) => [name, String(value)]));
}

/** @param {{ commands: Command[], next: string | null }} page */
function replace(page) {
  shown.clear();
  back.clear();
  most = PAGE;
  trimmed = false;
  next = page.next;
  for (const command of page.commands) shown.set(command.id, command);
  show(true);
}

let asked = 0;
/** @param {boolean} quiet */
async function reload(quiet) {
  const mine = quiet ? asked : ++asked;
  const answer = await load('/commands.json' + query({}));
  if (mine !== asked) return; // Another filter was chosen meanwhile.
  if (!answer.ok) { lost(answer); return; }
  notice(away, null);
  // What is there stays where it is; a filter that changed begins anew.
  if (!quiet) { replace(answer.body); return; }
  answer.body.commands.forEach(put);
}

/** @param {Answer} answer */
function lost(answer) {
  if (answer.status === 0 || answer.status >= 500) notice(away, ...DISPATCHER_AWAY);
  else notice(away, 'This cannot be shown', answer.body.detail || '');
}

older.addEventListener('click', async () => {
  older.disabled = true;
  const mine = asked;
  const last = sorted().at(-1);
  const answer = await load('/commands.json' + query(trimmed || !next ? { to: last?.requested_at } : { cursor: next }));
  older.disabled = false;
  if (mine !== asked) return;
  if (!answer.ok) { lost(answer); return; }
  next = answer.body.next;
  trimmed = false;
  most += PAGE;
  for (const one of answer.body.commands) if (!shown.has(one.id)) shown.set(one.id, one);
  show();
});
// The address says what is filtered, for a reload or somebody else.
/** @returns {[string, string][]} */
const filtered = () => [...new FormData(filters)].map(([name, value]) => /** @type {[string, string]} */ ([name, String(value)])).filter(([, value]) => value);
function filter() {
  const chosen = filtered();
  history.replaceState(history.state, '', location.pathname + (chosen.length ? '?' + new URLSearchParams(chosen) : ''));
  reload(false);
}
filters.addEventListener('change', filter);
filters.addEventListener('submit', (event) => { event.preventDefault(); filter(); });
for (const { name } of devices) find('[name=device]', HTMLSelectElement, filters).append(new Option(name, name));
for (const [name, value] of new URLSearchParams(location.search)) {
  const input = filters.elements.namedItem(name);
  if (!(input instanceof HTMLInputElement || input instanceof HTMLSelectElement)) continue;
  if (name === 'device' && value && !types.has(value)) input.append(new Option(value, value)); // Telemetry is away.
  input.value = value;
}

// What waits

/** @param {Command} command */
function heldOf(command) {
  const left = make('span', { class: 'num' });
  const element = make('li', {}, make('p', {}, stateMark(make('span'), 'held'), ' ',
    make('a', { href: commandPath(command.id) }, command.command_type), ' to ', command.device, ' · asked by ',
    make('strong', {}, command.requested_by || command.principal || '–'), ' · expires in ', left),
  make('p', { class: 'brief' }, brief(command.parameters) || 'no arguments'), decisions(command, put));
  return { element, left };
}
/** @type {List<Command, ReturnType<typeof heldOf>>} */
const waiting = new List(find('#waiting'), heldOf, ({ left }, command) => {
  say(left, command.expires_at ? span(Date.parse(command.expires_at) - now()) : '–');
  left.title = command.expires_at || '';
});

async function reloadHeld() {
  const answer = await load('/commands.json?state=held&limit=200');
  if (!answer.ok) return;
  const before = new Map(held);
  held.clear();
  for (const one of answer.body.commands) held.set(one.id, one);
  for (const [id, one] of before) if (held.has(id) && (one.revision ?? 0) > (held.get(id)?.revision ?? 0)) held.set(id, one);
  flush();
}

// Sending

function form() {
  const element = optional('#send', HTMLFormElement);
  if (!element) return;
  const sender = commandSender();
  const said = find('#said');
  const dry = find('#dry', HTMLButtonElement);
  const send = find('#go', HTMLButtonElement);
  const device = make('select', {}, ...devices.map((one) => new Option(one.name, one.name)));
  const wanted = new URLSearchParams(location.search).get('device');
  device.value = wanted && types.has(wanted) ? wanted : types.has('lunar-module') ? 'lunar-module' : devices[0]?.name || '';
  const fields = new CommandFields(find('#fields'), { changed: (fields) => {
    const critical = fields.chosen?.significance === 'critical';
    say(send, critical ? 'Ask for approval' : 'Send');
    send.disabled = dry.disabled = !fields.chosen;
    say(said, '');
  } });
  const pick = () => fields.device(device.value, types.get(device.value));
  device.addEventListener('change', pick);
  find('#fields').before(field('device', 'Device', device, devices.length ? '' : 'Telemetry is away, or no device has reported yet.'));
  pick();
  const go = async (/** @type {boolean} */ dryRun) => {
    const value = fields.value;
    if (!value) return;
    clearFaults(element);
    send.disabled = dry.disabled = true;
    const given = { device: device.value, ...value };
    say(said, '');
    const answer = await (dryRun ? commandSender().send({ ...given, dry_run: true }) : sender.send(given, (one) => {
      said.className = 'said';
      say(said, `${given.command_type}: ${sentAgain(one)}`);
    }));
    setTimeout(() => { send.disabled = dry.disabled = !fields.chosen; }, answer.ok && !dryRun ? 1000 : 0);
    if (!answer.ok) {
      const rest = showFaults(element, answer.body.errors);
      const why = answer.body.errors?.length ? rest.join('. ') || 'Nothing was sent: see the fields.' : `${given.command_type} ${unsent(answer)}`;
      said.className = 'said refusal';
      said.replaceChildren(why);
      return;
    }
    said.className = 'said';
    if (dryRun) {
      const critical = fields.chosen?.significance === 'critical';
      said.replaceChildren('Dry run: all is well, and nothing was sent. ' + (critical ? 'It would wait for approval.' : 'It would go at once.'));
      return;
    }
    told = { id: answer.body.id, mark: stateMark(make('span'), answer.body.state) };
    said.replaceChildren(make('a', { href: commandPath(answer.body.id) }, answer.body.command_type), ` to ${answer.body.device} `, told.mark);
    put(answer.body);
  };
  element.addEventListener('submit', (event) => { event.preventDefault(); go(false); });
  dry.addEventListener('click', () => go(true));
}

if (first) { for (const one of first.commands) if (one.state === 'held') held.set(one.id, one); replace(first); } else notice(away, ...DISPATCHER_AWAY);
// Chosen before this script came, or put back by the browser.
if (filtered().some(([name, value]) => value !== new URLSearchParams(location.search).get(name))) filter();
form();
follow(['commands'], {
  open() { notice(away, null); reload(true); reloadHeld(); },
  away(source, all) { notice(away, ...(all ? CONSOLE_AWAY : DISPATCHER_AWAY)); },
  command: put,
});
setInterval(flush, 1000);
