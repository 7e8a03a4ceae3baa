// @ts-check
// Adds an event to the timeline, or changes one: a dialog, on the Timeline page and on a device's.
import { Conflict } from './conflict.js';
import { find, make } from './dom.js';
import { clearFaults, CommandFields, field, showFaults } from './fields.js';
import { instantOf, local } from './format.js';
import { act, load, same } from './http.js';
import { now } from './now.js';
import { sentAgain, unwritten, writer } from './sender.js';

const UNKNOWN = 'not known yet';
/** @param {string} id */
const eventPath = (id) => '/timeline/' + encodeURIComponent(id);

export class EventForm {
  // devices: [{name, type}]; fixed: the one device that it is about, or null; done(event) gets what came of it.
  /** @param {Choice[]} devices @param {string | null} fixed @param {(event: TimelineEvent) => void} done */
  constructor(devices, fixed, done) {
    this.types = new Map(devices.map((one) => [one.name, one.type]));
    this.fixed = fixed;
    this.done = done;
    /** @type {TimelineEvent | null} */
    this.event = null;
    /** @type {Record<string, any> | null} */
    this.before = null;
    /** @type {HTMLElement | null} */
    this.focused = null;
    this.adding = writer('/timeline');
    /** @type {Promise<unknown>} */
    this.filled = Promise.resolve();
    this.turn = 0; // Of being open: what was asked in an earlier one does not touch this one.
    this.title = make('h2', { id: 'event-form-title' });
    this.name = make('input', { autocomplete: 'off', maxlength: 200 });
    this.time = make('input', { autocomplete: 'off', class: 'num', placeholder: '2026-11-21 02:38:00', spellcheck: 'false' });
    this.device = make('select', {}, ...(fixed ? [] : [new Option('none', '')]), ...devices.map((one) => new Option(one.name, one.name)));
    this.missed = make('select', {}, new Option('skip it', 'skip'), new Option('run it once, late', 'run-once'));
    this.repeat = make('input', { autocomplete: 'off', spellcheck: 'false', placeholder: 'such as 0 6 * * 1' });
    this.conflict = new Conflict({ over: () => this.saveOver(), load: () => this.loadTheirs() });
    this.save = make('button', { class: 'act' });
    this.timeField = field('time', 'Time (UTC)', this.time, ' ');
    const command = make('div', { class: 'inset', role: 'group', 'aria-label': 'Command' });
    const close = make('button', { type: 'button', onclick: () => this.dialog.close() }, 'Close');
    this.fields = make('div', {}, field('name', 'Name', this.name, ''),
      make('div', { class: 'pair' }, this.timeField, field('device', 'Device', this.device, '')), command,
      make('div', { class: 'pair' }, field('if_missed', 'If missed', this.missed, 'When it could not be done at its time.'),
        field('repeat', 'Repeat', this.repeat, 'Minute, hour, day, month, weekday in UTC; empty: once.')));
    this.form = make('form', { novalidate: true }, this.title, this.fields, this.conflict.said,
      make('div', { class: 'acts' }, this.save, this.conflict.over, this.conflict.load, close));
    this.dialog = make('dialog', { 'aria-labelledby': 'event-form-title', onclose: () => this.turn++ }, this.form);
    find('main').append(this.dialog);
    this.command = new CommandFields(command, { optional: true, prefix: 'command.' });
    this.device.addEventListener('change', () => { this.filled = this.command.device(this.device.value, this.types.get(this.device.value)); });
    this.time.addEventListener('input', () => this.ownTime());
    this.form.addEventListener('submit', (event) => { event.preventDefault(); this.send(); });
  }

  ownTime() {
    const time = Date.parse(instantOf(this.time.value));
    find('.hint', HTMLElement, this.timeField).textContent = Number.isFinite(time) ? local(time) : 'such as 2026-11-21 02:38:00';
  }

  /** @param {TimelineEvent | null} event @param {{ device?: string }} [preset] */
  async open(event, preset = {}) {
    this.turn++;
    this.event = event;
    this.adding = writer('/timeline');
    /** @type {Partial<TimelineEvent>} */
    const shown = event || { name: '', time: new Date(Math.ceil((now() + 600000) / 60000) * 60000).toISOString(),
      device: this.fixed || (this.types.has('lunar-module') ? 'lunar-module' : ''), if_missed: 'skip', ...preset };
    this.title.textContent = event ? 'Change ' + event.name : 'Add an event';
    this.save.textContent = event ? 'Save' : 'Add';
    this.conflict.calm();
    this.saving(false);
    clearFaults(this.form);
    this.name.value = shown.name || '';
    this.time.value = (shown.time || '').replace('T', ' ').replace(/(\.0+)?Z$/, '');
    if (shown.device && ![...this.device.options].some((one) => one.value === shown.device)) this.device.append(new Option(shown.device, shown.device));
    this.device.value = shown.device || '';
    this.missed.value = shown.if_missed || 'skip';
    this.repeat.value = shown.repeat || '';
    this.ownTime();
    if (!this.dialog.open) this.dialog.showModal();
    this.name.focus();
    // What is typed while the commands of the device are still being loaded is a change too. Where another device is
    // chosen by then, whatever command is shown for that one is sent.
    /** @type {Record<string, any> | null} */
    const before = this.before = event ? { ...this.given(), command: UNKNOWN } : null;
    this.filled = this.command.fill(shown.device, this.types.get(shown.device || ''), shown.command || null)
      .then((whole) => { if (before && whole) before.command = this.command.value; });
    await this.filled;
  }

  // What would be typed meanwhile would not be saved.
  /** @param {boolean} does */
  saving(does) {
    if (does) this.focused = /** @type {HTMLElement} */ (document.activeElement);
    this.save.disabled = this.fields.inert = does;
    if (!does && this.fields.contains(this.focused)) this.focused?.focus();
  }

  given() {
    return { name: this.name.value.trim(), time: instantOf(this.time.value), device: this.device.value || null, command: this.command.value,
      if_missed: this.missed.value, repeat: this.repeat.value.trim() || null };
  }

  // Of an event only what was changed is sent, with the version that was seen.
  /** @param {Record<string, any>} given */
  change(given) {
    /** @type {Record<string, any>} */
    const changed = { version: this.event?.version };
    for (const [key, value] of Object.entries(given)) if (!same(value, this.before?.[key])) changed[key] = value;
    return changed;
  }

  async send() {
    const turn = this.turn;
    clearFaults(this.form);
    this.conflict.say('');
    this.saving(true);
    await this.filled;
    if (turn !== this.turn) return;
    const given = this.given();
    if (this.event && Object.keys(this.change(given)).length === 1) { this.dialog.close(); return; }
    const all = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null));
    const answer = this.event ? await act(eventPath(this.event.id), this.change(given))
      : await this.adding.send(all, (one) => { if (turn === this.turn) this.conflict.say('Being added: ' + sentAgain(one)); });
    if (answer.ok) this.done(answer.body);
    if (turn !== this.turn) return;
    this.saving(false);
    if (answer.ok) { this.dialog.close(); return; }
    if (answer.status === 409 && this.event) {
      this.conflict.offer('Nothing was saved: somebody changed this event since you opened it. What you typed is still here. ' + (answer.body.detail || ''));
      this.conflict.load.focus();
      return;
    }
    const rest = showFaults(this.form, answer.body.errors);
    this.conflict.say(answer.body.errors?.length ? rest.join('. ') : unwritten(answer));
  }

  // The event as it is now; null where it cannot be read, or the dialog was opened anew meanwhile.
  /** @returns {Promise<TimelineEvent | null>} */
  async read() {
    const turn = this.turn;
    const answer = await load(eventPath(this.event?.id || '') + '/now.json');
    if (turn !== this.turn) return null;
    if (!answer.ok) this.conflict.say(answer.body.detail || 'It cannot be read just now.');
    return answer.ok ? answer.body : null;
  }

  // Only what was changed here; whatever else was changed elsewhere stays.
  async saveOver() {
    const theirs = await this.read();
    if (!theirs || !this.event) return;
    this.event = { ...this.event, version: theirs.version };
    this.conflict.calm();
    await this.send();
  }

  async loadTheirs() {
    const theirs = await this.read();
    if (theirs) await this.open(theirs);
  }

  // What others do to the event while it is open here.
  /** @param {TimelineEvent} event */
  changed(event) {
    if (!this.dialog.open || !this.event || event.id !== this.event.id || event.version <= this.event.version || this.save.disabled) return;
    if (event.state !== 'planned') {
      this.conflict.calm();
      this.conflict.say(`This event is ${event.state} now, and cannot be changed any more.`);
    } else if (!this.conflict.offered) { // Else that, and what came of saving, is already said.
      this.conflict.offer(`${event.changed_by} has just changed this event.`);
    }
  }
}
