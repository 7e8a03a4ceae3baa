// @ts-check
// What a device is told, on its own page: the mission's buttons, its latest commands, what comes next.
import { sureButton } from './confirm.js';
import { find, make, optional } from './dom.js';
import { EventForm } from './eventform.js';
import { clearFaults, CommandFields, dictionary, showFaults } from './fields.js';
import { say } from './format.js';
import { load } from './http.js';
import { order } from './instant.js';
import { eventMark } from './lanes.js';
import { List } from './list.js';
import { batched } from './live.js';
import { CONSOLE_AWAY } from './notice.js';
import { now } from './now.js';
import { commandSender, sentAgain, unsent } from './sender.js';
import { me } from './viewer.js';
import { brief, called, commandPath, detail, distance, stateMark, time } from './wording.js';

const SHOWN = 6;
const MISSION = [['EMERGENCY_STOP', 'Emergency stop'], ['START_MISSION', 'Start mission'], ['PAUSE_MISSION', 'Pause mission'], ['RESET_SYSTEM', 'Reset system']];

export class Uplink {
  // current: gives the device as it is known now.
  /** @param {() => Device} current */
  constructor(current) {
    const device = current();
    this.current = current;
    this.device = device.name;
    this.type = device.type || '';
    this.said = find('#said');
    /** @type {ReturnType<Uplink['makeDialog']> | null} */
    this.dialog = null;
    this.aways = { commands: 0, timeline: 0 };
    /** @type {Map<string, Command>} */
    this.commands = new Map();
    /** @type {Map<string, TimelineEvent>} */
    this.events = new Map();
    /** @type {List<Command, ReturnType<typeof commandRow>>} */
    this.latest = new List(find('#latest'), commandRow, (row, command) => this.writeCommand(row, command));
    this.coming = new List(find('#coming'), eventRow, writeEvent);
    /** @type {{ id: string, title: string, state?: string } | null} */
    this.told = null;
    this.known = this.knownEvents = false;
    /** @type {EventForm | null} */
    this.form = null;
    this.flush = batched(() => this.show());
    if (me.operates) this.buttons();
    setInterval(this.flush, 1000);
  }

  // Buttons

  async buttons() {
    const host = find('#mission');
    const answer = await dictionary(this.type);
    /** @type {Map<string, CommandType>} */
    const declared = new Map((answer.ok ? answer.body.commands : []).map((/** @type {CommandType} */ one) => [one.name, one]));
    const made = MISSION.flatMap(([name, title]) => { const type = declared.get(name); return type ? [this.button(type, title)] : []; });
    if (declared.size) made.push(make('button', { type: 'button', onclick: () => this.other('') }, 'Other command'));
    host.replaceChildren(...made);
    const form = this.form = new EventForm([{ name: this.device, type: this.type }], this.device, (/** @type {TimelineEvent} */ event) => this.event(event));
    find('#add-event').addEventListener('click', () => form.open(null));
    const stop = optional('.stop', HTMLElement, host);
    if (!stop) return;
    addEventListener('keydown', (event) => {
      if (!(event.ctrlKey && event.key === '.')) return;
      event.preventDefault();
      stop.focus();
    });
  }

  /** @param {CommandType} type @param {string} title */
  button(type, title) {
    const sender = commandSender();
    const needs = (type.arguments || []).some((one) => one.required && (one.default === null || one.default === undefined));
    const label = `${title}: send ${type.name} to ${this.device}`;
    if (needs) return make('button', { type: 'button', onclick: () => this.other(type.name) }, title);
    const go = () => this.send(sender, { device: this.device, command_type: type.name, parameters: {} }, title);
    // An emergency asks nothing.
    if (type.name !== 'EMERGENCY_STOP') return sureButton(title, label, go);
    return make('button', { type: 'button', class: 'stop', 'aria-label': label, 'aria-keyshortcuts': 'Control+.',
      title: 'Goes at once. Ctrl and . brings the focus here from anywhere on this page.', onclick: go }, title);
  }

  /** @param {import('./sender.js').Sender} sender @param {object} body @param {string} title */
  async send(sender, body, title) {
    this.said.className = 'said';
    this.told = null;
    say(this.said, title + ': being sent');
    const answer = await sender.send(body, (one) => say(this.said, `${title}: ${sentAgain(one)}`));
    if (!answer.ok) {
      this.said.className = 'said refusal';
      const faults = (answer.body.errors || []).map((/** @type {Fault} */ one) => one.detail).join('; ');
      say(this.said, faults ? `${title} was not sent: ${faults}` : `${title} ${unsent(answer)}`);
      return answer;
    }
    this.command(answer.body);
    this.told = { id: answer.body.id, title };
    this.tell();
    return answer;
  }

  /** @param {Command} command */
  detail(command) {
    const { state, silence_until: until } = this.current();
    return detail(command, state === 'planned-silence' ? Date.parse(until || '') : NaN);
  }

  // What came of the last one that was sent from here.
  tell() {
    const command = this.told && this.commands.get(this.told.id);
    if (!command || !this.told || this.told.state === command.state + this.detail(command)) return;
    this.told.state = command.state + this.detail(command);
    this.said.replaceChildren(make('a', { href: commandPath(command.id) }, this.told.title), ' ', stateMark(make('span'), command.state),
      this.detail(command) ? ' · ' + this.detail(command) : '');
  }

  /** @param {string} name */
  other(name) {
    const { dialog, fields, said } = this.dialog ||= this.makeDialog();
    said.textContent = '';
    clearFaults(dialog);
    dialog.showModal();
    fields.device(this.device, this.type, name);
  }

  makeDialog() {
    const host = make('div');
    const sender = commandSender();
    const go = make('button', { class: 'act' }, 'Send');
    const said = make('p', { class: 'said refusal', role: 'alert' });
    const close = make('button', { type: 'button', onclick: () => dialog.close() }, 'Close');
    const form = make('form', { novalidate: true }, make('h2', { id: 'other-title' }, 'Command ' + this.device), host, said,
      make('div', { class: 'acts' }, go, close));
    const dialog = make('dialog', { 'aria-labelledby': 'other-title' }, form);
    find('main').append(dialog);
    const fields = new CommandFields(host, { changed: ({ chosen }) => {
      say(go, chosen?.significance === 'critical' ? 'Ask for approval' : 'Send');
    } });
    form.addEventListener('submit', async (event) => {
      event.preventDefault();
      const given = fields.value;
      if (!given || go.disabled) return;
      clearFaults(form);
      said.textContent = '';
      go.disabled = true;
      const answer = await this.send(sender, { device: this.device, ...given }, given.command_type);
      go.disabled = false;
      if (answer.ok) { dialog.close(); return; }
      const rest = showFaults(form, answer.body.errors);
      said.textContent = answer.body.errors?.length ? rest.join('. ') : `It ${unsent(answer)}`;
    });
    return { dialog, fields, said };
  }

  // What is under way, and what comes

  /** @param {string} source */
  open(source) { return source === 'commands' ? this.loadCommands() : this.loadEvents(); }

  /** @param {string} source @param {boolean} [all] */
  away(source, all) {
    if (source === 'commands') this.aways.commands++; else this.aways.timeline++;
    const host = find(source === 'commands' ? '#commands-away' : '#events-away');
    host.hidden = false;
    if (all) say(host, CONSOLE_AWAY[0] + '.');
    else say(host, source === 'commands' ? 'The command dispatcher is away: nothing can be sent just now. Telemetry goes on.'
      : 'The timeline is away: its events cannot be read just now. Telemetry and commands go on.');
  }

  // What was asked for before a service went says nothing of whether it is there now.
  async loadCommands() {
    const before = this.aways.commands;
    const answer = await load('/commands.json?' + new URLSearchParams({ device: this.device, limit: String(SHOWN) }));
    if (!answer.ok) { this.away('commands'); return; }
    if (before === this.aways.commands) find('#commands-away').hidden = true;
    answer.body.commands.forEach((/** @type {Command} */ one) => this.command(one));
    this.known = true;
    this.flush();
  }

  async loadEvents() {
    const before = this.aways.timeline;
    const from = new Date(now()).toISOString();
    /** @param {Record<string, string>} more */
    const ask = (more) => load('/timeline.json?' + new URLSearchParams({ device: this.device, from, limit: '10', ...more }));
    const answers = await Promise.all([ask({ kind: 'planned', state: 'planned' }), ask({ state: 'predicted' })]);
    if (answers.some((answer) => !answer.ok)) { this.away('timeline'); return; }
    if (before === this.aways.timeline) find('#events-away').hidden = true;
    this.events.clear();
    for (const answer of answers) answer.body.data.forEach((/** @type {TimelineEvent} */ one) => this.event(one));
    this.knownEvents = true;
    this.flush();
  }

  /** @param {Command} command */
  command(command) {
    if (command.device !== this.device) return;
    const old = this.commands.get(command.id);
    if (old && (old.revision ?? 0) > (command.revision ?? 0)) return;
    this.commands.set(command.id, command);
    if (this.commands.size > 200) for (const [id] of this.newest().slice(100)) this.commands.delete(id);
    this.flush();
  }

  /** @param {TimelineEvent} event */
  event(event) {
    if (event.device !== this.device) return;
    const old = this.events.get(event.id);
    if (old && (old.version ?? 0) > (event.version ?? 0)) return;
    this.events.set(event.id, event);
    if (this.form) this.form.changed(event);
    if (this.events.size > 500) for (const id of [...this.events.keys()].slice(0, 100)) this.events.delete(id);
    this.flush();
  }

  newest() {
    return [...this.commands].sort(([, a], [, b]) => (order(a.requested_at) < order(b.requested_at) ? 1 : -1));
  }

  /** @param {ReturnType<typeof commandRow>} row @param {Command} command */
  writeCommand({ cells }, command) {
    stateMark(cells.mark, command.state);
    const told = this.detail(command) || 'by ' + (command.requested_by || command.principal || '–');
    say(cells.detail, told);
    cells.detail.title = told;
  }

  show() {
    const at = now();
    const commands = this.newest().slice(0, SHOWN).map(([, command]) => command);
    const sorted = [...this.events.values()].filter((one) => Date.parse(one.until || one.time) >= at || ['planned', 'dispatching'].includes(one.state))
      .sort((a, b) => (order(a.time) < order(b.time) ? -1 : 1));
    // Windows follow each other closely; what somebody planned is not to be lost among them.
    const planned = sorted.filter((one) => one.kind === 'planned').slice(0, SHOWN);
    const windows = sorted.filter((one) => one.kind !== 'planned').slice(0, 3);
    const coming = sorted.filter((one) => planned.includes(one) || windows.includes(one));
    this.tell();
    this.latest.show(commands);
    this.coming.show(coming);
    find('#no-commands').hidden = !this.known || commands.length > 0;
    find('#no-events').hidden = !this.knownEvents || coming.length > 0;
  }
}

/** @param {Command} command */
function commandRow(command) {
  const cells = { mark: make('span'), detail: make('span', { class: 'second' }) };
  const given = brief(command.parameters);
  const element = make('tr', {}, make('td', {}, time(command.requested_at, command.requested_at.slice(11, 19))),
    make('th', { scope: 'row' }, make('a', { href: commandPath(command.id) }, command.command_type), make('span', { class: 'second', title: given }, given)),
    make('td', {}, cells.mark, cells.detail));
  return { element, cells };
}

function eventRow() {
  const cells = { at: make('td'), left: make('span', { class: 'second num' }), name: make('th', { scope: 'row' }), mark: make('span') };
  return { element: make('tr', {}, cells.at, cells.name, make('td', {}, cells.mark, cells.left)), cells, version: '' };
}

/** @param {ReturnType<typeof eventRow>} row @param {TimelineEvent} event */
function writeEvent(row, event) {
  const { cells } = row;
  say(cells.left, distance(event));
  if (row.version === event.version + event.state) return;
  row.version = event.version + event.state;
  cells.at.replaceChildren(time(event.time, event.time.slice(11, 19)));
  const link = event.command_id ? make('a', { href: commandPath(event.command_id) }, called(event)) : called(event);
  cells.name.replaceChildren(link, make('span', { class: 'second' }, event.command?.command_type || ''));
  eventMark(cells.mark, event);
}
