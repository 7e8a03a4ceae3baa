// What a device is told, on its own page: the mission's buttons, its latest commands, what comes next.
import { CONSOLE_AWAY, brief, called, commandPath, detail, load, make, stateMark, sureButton, time } from './http.js';
import { commandSender, me, sentAgain, unsent } from './approval.js';
import { EventForm } from './eventform.js';
import { CommandFields, clearFaults, dictionary, showFaults } from './fields.js';
import { say, span } from './format.js';
import { order } from './instant.js';
import { eventMark } from './lanes.js';
import { batched } from './live.js';
import { now } from './now.js';

const SHOWN = 6;
const MISSION = [['EMERGENCY_STOP', 'Emergency stop'], ['START_MISSION', 'Start mission'], ['PAUSE_MISSION', 'Pause mission'], ['RESET_SYSTEM', 'Reset system']];

export class Uplink {
  // current: gives the device as it is known now.
  constructor(current) {
    const device = current();
    this.current = current;
    this.device = device.name;
    this.type = device.type || '';
    this.said = document.getElementById('said');
    this.aways = { commands: 0, timeline: 0 };
    this.commands = new Map();
    this.events = new Map();
    this.rows = new Map();
    this.flush = batched(() => this.show());
    if (me.operates) this.buttons();
    setInterval(this.flush, 1000);
  }

  // Buttons

  async buttons() {
    const host = document.getElementById('mission');
    const answer = await dictionary(this.type);
    const declared = new Map((answer.ok ? answer.body.commands : []).map((one) => [one.name, one]));
    const made = MISSION.filter(([name]) => declared.has(name)).map(([name, title]) => this.button(declared.get(name), title));
    if (declared.size) made.push(make('button', { type: 'button', onclick: () => this.other('') }, 'Other command'));
    host.replaceChildren(...made);
    this.form = new EventForm([{ name: this.device, type: this.type }], this.device, (event) => this.event(event));
    document.getElementById('add-event').addEventListener('click', () => this.form.open(null));
    const stop = host.querySelector('.stop');
    if (!stop) return;
    addEventListener('keydown', (event) => {
      if (!(event.ctrlKey && event.key === '.')) return;
      event.preventDefault();
      stop.focus();
    });
  }

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

  async send(sender, body, title) {
    this.said.className = 'said';
    this.told = null;
    say(this.said, title + ': being sent');
    const answer = await sender.send(body, (one) => say(this.said, `${title}: ${sentAgain(one)}`));
    if (!answer.ok) {
      this.said.className = 'said refusal';
      const faults = (answer.body.errors || []).map((one) => one.detail).join('; ');
      say(this.said, faults ? `${title} was not sent: ${faults}` : `${title} ${unsent(answer)}`);
      return answer;
    }
    this.command(answer.body);
    this.told = { id: answer.body.id, title };
    this.tell();
    return answer;
  }

  detail(command) {
    const { state, silence_until: until } = this.current();
    return detail(command, state === 'planned-silence' ? Date.parse(until) : NaN);
  }

  // What came of the last one that was sent from here.
  tell() {
    const command = this.told && this.commands.get(this.told.id);
    if (!command || this.told.state === command.state + this.detail(command)) return;
    this.told.state = command.state + this.detail(command);
    this.said.replaceChildren(make('a', { href: commandPath(command.id) }, this.told.title), ' ', stateMark(make('span'), command.state),
      this.detail(command) ? ' · ' + this.detail(command) : '');
  }

  other(name) {
    if (!this.dialog) this.makeDialog();
    this.otherSaid.textContent = '';
    clearFaults(this.dialog);
    this.dialog.showModal();
    this.fields.device(this.device, this.type, name);
  }

  makeDialog() {
    const fields = make('div');
    const sender = commandSender();
    const go = make('button', { class: 'act' }, 'Send');
    this.otherSaid = make('p', { class: 'said refusal', role: 'alert' });
    const close = make('button', { type: 'button', onclick: () => this.dialog.close() }, 'Close');
    const form = make('form', { novalidate: true }, make('h2', { id: 'other-title' }, 'Command ' + this.device), fields, this.otherSaid,
      make('div', { class: 'acts' }, go, close));
    this.dialog = make('dialog', { 'aria-labelledby': 'other-title' }, form);
    document.querySelector('main').append(this.dialog);
    this.fields = new CommandFields(fields, { changed: ({ chosen }) => {
      say(go, chosen?.significance === 'critical' ? 'Ask for approval' : 'Send');
    } });
    form.addEventListener('submit', async (event) => {
      event.preventDefault();
      const given = this.fields.value;
      if (!given || go.disabled) return;
      clearFaults(form);
      this.otherSaid.textContent = '';
      go.disabled = true;
      const answer = await this.send(sender, { device: this.device, ...given }, given.command_type);
      go.disabled = false;
      if (answer.ok) { this.dialog.close(); return; }
      const rest = showFaults(form, answer.body.errors);
      this.otherSaid.textContent = answer.body.errors?.length ? rest.join('. ') : `It ${unsent(answer)}`;
    });
  }

  // What is under way, and what comes

  open(source) { return source === 'commands' ? this.loadCommands() : this.loadEvents(); }

  away(source, all) {
    this.aways[source] += 1;
    const host = document.getElementById(source === 'commands' ? 'commands-away' : 'events-away');
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
    if (before === this.aways.commands) document.getElementById('commands-away').hidden = true;
    answer.body.commands.forEach((one) => this.command(one));
    this.known = true;
    this.flush();
  }

  async loadEvents() {
    const before = this.aways.timeline;
    const from = new Date(now()).toISOString();
    const ask = (more) => load('/timeline.json?' + new URLSearchParams({ device: this.device, from, limit: '10', ...more }));
    const answers = await Promise.all([ask({ kind: 'planned', state: 'planned' }), ask({ state: 'predicted' })]);
    if (answers.some((answer) => !answer.ok)) { this.away('timeline'); return; }
    if (before === this.aways.timeline) document.getElementById('events-away').hidden = true;
    this.events.clear();
    for (const answer of answers) answer.body.data.forEach((one) => this.event(one));
    this.knownEvents = true;
    this.flush();
  }

  command(command) {
    if (command.device !== this.device) return;
    const old = this.commands.get(command.id);
    if (old && (old.revision ?? 0) > (command.revision ?? 0)) return;
    this.commands.set(command.id, command);
    if (this.commands.size > 200) for (const [id] of this.newest().slice(100)) this.commands.delete(id);
    this.flush();
  }

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

  row(key, create) {
    if (!this.rows.has(key)) this.rows.set(key, create());
    return this.rows.get(key);
  }

  show() {
    const at = now();
    const commands = this.newest().slice(0, SHOWN).map(([, command]) => {
      const row = this.row(command.id, () => {
        const cells = { mark: make('span'), detail: make('span', { class: 'second' }) };
        const given = brief(command.parameters);
        const element = make('tr', {}, make('td', {}, time(command.requested_at, command.requested_at.slice(11, 19))),
          make('th', { scope: 'row' }, make('a', { href: commandPath(command.id) }, command.command_type), make('span', { class: 'second', title: given }, given)),
          make('td', {}, cells.mark, cells.detail));
        return { element, cells };
      });
      stateMark(row.cells.mark, command.state);
      const told = this.detail(command) || 'by ' + (command.requested_by || command.principal || '–');
      say(row.cells.detail, told);
      row.cells.detail.title = told;
      return row.element;
    });
    const sorted = [...this.events.values()].filter((one) => Date.parse(one.until || one.time) >= at || ['planned', 'dispatching'].includes(one.state))
      .sort((a, b) => (order(a.time) < order(b.time) ? -1 : 1));
    // Windows follow each other closely; what somebody planned is not to be lost among them.
    const planned = sorted.filter((one) => one.kind === 'planned').slice(0, SHOWN);
    const windows = sorted.filter((one) => one.kind !== 'planned').slice(0, 3);
    const coming = sorted.filter((one) => planned.includes(one) || windows.includes(one)).map((event) => {
        const row = this.row('event-' + event.id, () => {
          const cells = { at: make('td'), left: make('span', { class: 'second num' }), name: make('th', { scope: 'row' }), mark: make('span') };
          return { element: make('tr', {}, cells.at, cells.name, make('td', {}, cells.mark, cells.left)), cells };
        });
        const { cells } = row;
        if (row.version !== event.version + event.state) {
          row.version = event.version + event.state;
          cells.at.replaceChildren(time(event.time, event.time.slice(11, 19)));
          const link = event.command_id ? make('a', { href: commandPath(event.command_id) }, called(event)) : called(event);
          cells.name.replaceChildren(link, make('span', { class: 'second' }, event.command?.command_type || ''));
          eventMark(cells.mark, event);
        }
        const from = Date.parse(event.time);
        const until = Date.parse(event.until || '');
        say(cells.left, from > at ? 'in ' + span(from - at) : until > at ? 'ends in ' + span(until - at) : span(at - from) + ' ago');
        return row.element;
      });
    this.tell();
    arrange('latest', commands);
    arrange('coming', coming);
    document.getElementById('no-commands').hidden = !this.known || commands.length > 0;
    document.getElementById('no-events').hidden = !this.knownEvents || coming.length > 0;
    if (this.rows.size > 300) this.rows.clear();
  }
}

function arrange(id, wanted) {
  const body = document.getElementById(id);
  if (wanted.length === body.children.length && wanted.every((element, index) => body.children[index] === element)) return;
  const focused = document.activeElement;
  body.replaceChildren(...wanted);
  if (focused !== document.activeElement && body.contains(focused)) focused.focus();
}
