// @ts-check
// The form of an entry or a comment: text with its preview, and what it points to.
import { Conflict } from './conflict.js';
import { find, make } from './dom.js';
import { clearFaults, field, showFaults } from './fields.js';
import { instantOf, local } from './format.js';
import { act, load, same } from './http.js';
import { now } from './now.js';
import { newKey, unwritten } from './sender.js';

/** @type {Record<string, (one: Reference) => string>} */
const SHOWN = { telemetry: (one) => `${one.device} ${one.parameter}, ${shortTime(one.from)} to ${shortTime(one.to)}`,
  command: (one) => `command ${one.id}`, alarm: (one) => `alarm ${one.id}` };
/** @param {string | null | undefined} iso */
const shortTime = (iso) => String(iso).replace('T', ' ').replace(/(\.\d+)?Z$/, '');

// Pairs of a name and an input under one legend; gives one reference after the other to added().
class Pointing {
  /** @param {Choice[]} devices @param {(point: Reference) => void} added */
  constructor(devices, added) {
    this.added = added;
    /** @type {Promise<boolean> | null} */
    this.adding = null;
    this.list = make('datalist', { id: 'parameters-' + newKey() });
    this.kind = make('select', {}, new Option('Telemetry', 'telemetry'), new Option('Command', 'command'), new Option('Alarm', 'alarm'));
    this.device = make('select', {}, ...devices.map((one) => new Option(one.name, one.name)));
    this.parameter = make('input', { autocomplete: 'off', spellcheck: 'false', list: this.list.id });
    const to = now();
    this.from = make('input', { autocomplete: 'off', class: 'num' });
    this.to = make('input', { autocomplete: 'off', class: 'num' });
    this.from.value = shortTime(new Date(to - 900000).toISOString());
    this.to.value = shortTime(new Date(to).toISOString());
    this.id = make('input', { autocomplete: 'off', spellcheck: 'false' });
    this.telemetry = make('div', {}, make('div', { class: 'pair' }, field('device', 'Device', this.device, ''), field('parameter', 'Parameter', this.parameter, ''),
      field('from', 'From (UTC)', this.from, ''), field('to', 'To (UTC)', this.to, '')));
    this.other = make('div', { hidden: true }, field('id', 'Id', this.id, ''));
    this.said = make('p', { class: 'fault', role: 'status' });
    const add = make('button', { type: 'button', onclick: () => this.add() }, 'Add');
    this.element = make('details', { class: 'pointing' }, make('summary', {}, 'Add a reference'), make('div', { class: 'inset' },
      field('kind', 'What it points to', this.kind, ''), this.telemetry, this.other, this.said, add, this.list));
    this.kind.addEventListener('change', () => this.choose());
    this.device.addEventListener('change', () => this.parameters());
    this.element.addEventListener('toggle', () => { if (this.element.open) this.parameters(); });
    // Enter in here adds a reference; it does not send the whole form.
    this.element.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' || !(event.target instanceof HTMLInputElement)) return;
      event.preventDefault();
      this.add();
    });
  }

  choose() {
    const telemetry = this.kind.value === 'telemetry';
    this.telemetry.hidden = !telemetry;
    this.other.hidden = telemetry;
  }

  async parameters() {
    if (!this.device.value) return;
    const answer = await load(`/devices/${encodeURIComponent(this.device.value)}/now.json`);
    const names = answer.ok ? Object.keys(answer.body.values || {}) : [];
    this.list.replaceChildren(...names.sort().map((name) => new Option(name)));
  }

  // this.adding: while one is checked; whether it was added.
  add() {
    this.adding = this.check().finally(() => { this.adding = null; });
  }

  async check() {
    clearFaults(this.element);
    const kind = this.kind.value;
    /** @type {Reference} */
    const point = kind === 'telemetry' ? { kind, device: this.device.value, parameter: this.parameter.value.trim(),
      from: instantOf(this.from.value), to: instantOf(this.to.value) } : { kind, id: this.id.value.trim() };
    const answer = await act('/log/references', { references: [point] });
    // Where it cannot be checked, writing the entry says what is wrong.
    if (!answer.ok && answer.status >= 400 && answer.status < 500) {
      this.said.hidden = false;
      this.said.textContent = showFaults(this.element, answer.body.errors).join('. ')
        || (answer.body.errors?.length ? '' : answer.body.detail || 'This cannot be pointed to.');
      return false;
    }
    this.added(point);
    this.id.value = '';
    this.said.textContent = '';
    return true;
  }
}

export class Writing {
  // kind: 'entry' or 'comment'.
  /** @param {Element} host @param {string} kind @param {Choice[]} devices */
  constructor(host, kind, devices) {
    this.host = host;
    this.kind = kind;
    /** @type {Reference[]} */
    this.points = [];
    /** @type {symbol | null} */
    this.asked = null;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    this.title = make('input', { autocomplete: 'off', maxlength: 200 });
    this.text = make('textarea', { rows: kind === 'entry' ? 6 : 4, maxlength: kind === 'entry' ? 20000 : 5000 });
    this.at = make('input', { autocomplete: 'off', class: 'num', placeholder: '2026-11-21 02:38:00', spellcheck: 'false' });
    this.list = make('ul', { class: 'points' });
    this.shown = make('div', { class: 'prose' });
    this.preview = make('details', { class: 'preview' }, make('summary', {}, 'Preview'), this.shown);
    this.pointing = new Pointing(devices, (point) => this.point(point));
    const parts = [field('text', kind === 'entry' ? 'Text' : 'Comment', this.text, 'Markdown: **bold**, *slanted*, `code`, - lists, [links](https://…)'), this.preview];
    if (kind === 'entry') {
      const at = field('at', 'Time it is about (UTC)', this.at, 'left empty: now');
      this.at.addEventListener('input', () => {
        const time = Date.parse(instantOf(this.at.value));
        find('.hint', HTMLElement, at).textContent = Number.isFinite(time) ? local(time) : 'left empty: now';
      });
      parts.unshift(field('title', 'Title', this.title, 'may be left out'));
      parts.push(at);
    }
    host.append(...parts, this.list, this.pointing.element);
    this.text.addEventListener('input', () => this.soon());
    this.preview.addEventListener('toggle', () => this.soon());
    // From anywhere in the text.
    this.text.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) this.text.form?.requestSubmit();
    });
  }

  soon() {
    clearTimeout(this.timer);
    if (this.preview.open) this.timer = setTimeout(() => this.render(), 300);
  }

  async render() {
    const asked = this.asked = Symbol('asked');
    const body = new URLSearchParams({ _form: find('input[name=_form]', HTMLInputElement).value, text: this.text.value });
    const answer = await fetch('/log/preview', { method: 'POST', body }).catch(() => null);
    if (asked !== this.asked) return;
    if (answer?.ok) this.shown.innerHTML = await answer.text();
    else this.shown.textContent = 'The console does not answer just now.';
  }

  /** @param {Reference} one */
  point(one) {
    if (!this.points.some((known) => same(known, one))) this.points.push(one);
    this.showPoints();
  }

  showPoints() {
    this.list.replaceChildren(...this.points.map((point) => {
      const shown = (SHOWN[point.kind] || String)(point);
      const remove = make('button', { type: 'button', class: 'small', 'aria-label': 'Remove the reference to ' + shown, onclick: () => {
        this.points = this.points.filter((one) => one !== point);
        this.showPoints();
        find('summary', HTMLElement, this.pointing.element).focus();
      } }, 'Remove');
      return make('li', {}, shown + ' ', remove);
    }));
  }

  /** @param {Written} given */
  fill(given) {
    this.title.value = given.title || '';
    this.text.value = given.text || '';
    this.at.value = given.at ? shortTime(given.at) : '';
    this.points = (given.references || []).map((one) => ({ ...Object.fromEntries(Object.entries(one).filter(([, value]) => value !== null)), kind: one.kind }));
    this.showPoints();
    this.soon();
  }

  /** @returns {Written} */
  get value() {
    /** @type {Written} */
    const value = { text: this.text.value, references: this.points };
    if (this.kind === 'entry') Object.assign(value, { title: this.title.value.trim() || null, at: this.at.value.trim() ? instantOf(this.at.value) : null });
    return value;
  }

  // Waits for a reference that is just being added. False: it cannot be, and says why.
  async settled() {
    return await this.pointing.adding !== false;
  }

  // References alone are nothing begun: they come with the link that leads here.
  get isEmpty() {
    return [this.title, this.text, this.at].every((input) => !input.value.trim());
  }

  // Faults at their fields; the words for the rest.
  /** @param {Answer} answer */
  refused(answer) {
    const rest = showFaults(this.host, answer.body.errors);
    return answer.body.errors?.length ? rest.join('. ') : unwritten(answer);
  }
}

// Changes what one wrote, in a dialog; done(html) gets it as it is then.
/** @param {string} path @param {string} kind @param {Choice[]} devices @param {(html: string) => void} done */
export async function edit(path, kind, devices, done) {
  const fields = make('div');
  const save = make('button', { class: 'act' }, 'Save');
  let revision = 0;
  /** @type {Record<string, any>} */
  let before = {};
  const read = async () => {
    const answer = await load(path + '/raw.json');
    if (answer.ok) revision = answer.body.revision;
    else conflict.say(answer.body.detail || 'It cannot be read just now. Close this and try again in a moment.');
    return answer;
  };
  const open = async () => {
    const answer = await read();
    if (!answer.ok) return;
    conflict.calm();
    writing.fill(answer.body);
    before = writing.value;
    save.disabled = false;
    writing.text.focus();
  };
  const conflict = new Conflict({ over: async () => { if ((await read()).ok) form.requestSubmit(); }, load: open });
  const form = make('form', { novalidate: true }, make('h2', { id: 'edit-title' }, kind === 'entry' ? 'Edit the entry' : 'Edit the comment'),
    kind === 'comment' ? make('p', { class: 'hint' }, 'It waits for moderation again once it is saved.') : null, fields, conflict.said,
    make('div', { class: 'acts' }, save, conflict.over, conflict.load, make('button', { type: 'button', onclick: () => dialog.close() }, 'Close')));
  /** @type {HTMLDialogElement} */
  const dialog = make('dialog', { 'aria-labelledby': 'edit-title', onclose: () => dialog.remove() }, form);
  find('main').append(dialog);
  const writing = new Writing(fields, kind, devices);
  save.disabled = true;
  await open();
  dialog.showModal();
  writing.text.focus();
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    if (save.disabled) return;
    clearFaults(form);
    conflict.calm();
    save.disabled = true;
    const settled = await writing.settled();
    save.disabled = false;
    if (!settled) return;
    const changed = Object.fromEntries(Object.entries(writing.value).filter(([name, value]) => !same(value, before[name])));
    if (!Object.keys(changed).length) { dialog.close(); return; }
    // What would be typed meanwhile would not be saved.
    save.disabled = fields.inert = true;
    const answer = await act(path, { revision, ...changed });
    save.disabled = fields.inert = false;
    if (answer.ok) { done(answer.body.html); dialog.close(); return; }
    writing.text.focus();
    if (answer.status === 409) conflict.offer('Nothing was saved: it was changed elsewhere since you opened it, such as in another window of yours. '
      + 'What you typed is still here.');
    else conflict.say(writing.refused(answer));
  });
}
