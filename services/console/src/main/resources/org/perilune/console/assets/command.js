// @ts-check
// One command with every stage it went through, alive.
import { cancelButton, cancellable, decisions } from './approval.js';
import { find, make, optional } from './dom.js';
import { dictionary } from './fields.js';
import { number, say, span } from './format.js';
import { load } from './http.js';
import { follow } from './live.js';
import { CONSOLE_AWAY, DISPATCHER_AWAY, notice } from './notice.js';
import { me } from './viewer.js';
import { brief, commandPath, detail, stateMark, time } from './wording.js';

const root = find('#command');
/** @type {Command} */
let command = JSON.parse(root.dataset.first || '');
root.removeAttribute('data-first');
const away = find('#away');
const acts = find('#acts');
const stages = find('#stages');
/** @type {string | null} */
let shown = null;
/** @type {Map<string, string>} */
const units = new Map();

function facts() {
  const device = make('a', { href: '/devices/' + encodeURIComponent(command.device) }, command.device);
  /** @type {[string, string | Node][]} */
  const entries = [['Device', device], ['Asked by', command.requested_by || command.principal || '–'],
    ['Asked at', time(command.requested_at)], ['Expires', time(command.expires_at)]];
  for (const [name, value] of Object.entries(command.parameters || {})) entries.push([name.replaceAll('_', ' '), `${value} ${units.get(name) || ''}`.trim()]);
  if (!Object.keys(command.parameters || {}).length) entries.push(['Arguments', 'none']);
  entries.push(['Significance', command.significance || '–']);
  if (command.approved_by) entries.push(['Approved by', command.approved_by]);
  if (command.executed_at) entries.push(['Executed at', time(command.executed_at)]);
  if (command.attempts) entries.push(['Sent', command.attempts === 1 ? 'once' : command.attempts + ' times']);
  if (command.verification) entries.push(['Verified by', verified(command.verification)]);
  for (const [name, value] of Object.entries(command.results || {})) entries.push(['Result: ' + name.replaceAll('_', ' '), typeof value === 'number' ? number(value) : String(value)]);
  find('#facts').replaceChildren(...entries.map(([name, value]) => make('div', {}, make('dt', {}, name), make('dd', {}, value))));
}

/** @param {Record<string, any>} rule */
function verified(rule) {
  const asked = ['minimum', 'maximum', 'equals', 'changes_by', 'tolerance'].filter((one) => rule[one] !== undefined && rule[one] !== null)
    .map((one) => `${one.replace('_', ' ')} ${typeof rule[one] === 'object' ? 'argument ' + brief({ '': rule[one].argument }).trim() : rule[one]}`);
  return `${rule.parameter} ${asked.join(', ')} within ${rule.within} s`;
}

// Rows are only ever added: the history is append-only.
function history() {
  const entries = command.history || [];
  const start = Date.parse(entries[0]?.at || '');
  for (const entry of entries.slice(stages.children.length)) {
    const text = make('td', { class: 'wrap' }, entry.detail || '');
    if (entry.late) text.prepend(make('span', { class: 'mark late' }, 'late: came after the end and changed nothing'), ' ');
    const exact = time(entry.at, entry.at.slice(0, 23).replace('T', ' ').replace('Z', ''));
    const onBoard = entry.device_time ? time(entry.device_time, entry.device_time.slice(11, 23).replace('Z', '')) : make('span', {}, '–');
    stages.append(make('tr', {}, make('td', {}, exact), make('td', {}, stateMark(make('span'), entry.stage)), make('td', {}, entry.by || '–'),
      text, make('td', { class: 'num' }, onBoard), make('td', { class: 'num right' }, after(Date.parse(entry.at) - start))));
  }
}
/** @param {number} millis */
const after = (millis) => (millis > 0 && millis < 90000 ? `+${(millis / 1000).toFixed(3)} s` : millis > 0 ? '+' + span(millis) : '');

function show() {
  stateMark(find('#state'), command.state);
  say(find('#detail'), detail(command));
  facts();
  history();
  if (shown === command.state) return;
  shown = command.state;
  const said = make('p', { class: 'fault', role: 'status' });
  if (command.state === 'held') acts.replaceChildren(decisions(command, reload));
  else if (me.operates && cancellable(command)) acts.replaceChildren(cancelButton(command, said, reload), said);
  else acts.replaceChildren();
}

let asking = false;
let again = false;
async function reload() {
  if (asking) { again = true; return; }
  asking = true;
  const answer = await load(commandPath(command.id) + '/now.json');
  asking = false;
  if (answer.ok) { command = answer.body; show(); }
  if (again) { again = false; reload(); }
}

const write = optional('#write', HTMLAnchorElement);
if (write) write.href = '/log?' + new URLSearchParams({ about: 'command', id: command.id });
show();
dictionary(command.device_type || '').then((answer) => {
  /** @type {CommandType[]} */
  const types = answer.ok ? answer.body.commands : [];
  for (const argument of types.find((one) => one.name === command.command_type)?.arguments || []) units.set(argument.name, argument.unit || '');
  facts();
});
follow(['commands/' + command.device], {
  open() { notice(away, null); reload(); },
  away(source, all) { notice(away, ...(all ? CONSOLE_AWAY : DISPATCHER_AWAY)); },
  command(changed) { if (changed.id === command.id) reload(); },
});
setInterval(() => { if (!command.final) say(find('#detail'), detail(command)); }, 1000);
