// @ts-check
// A command's form, built from the dictionary of the device's type; and the faults of an answer at their fields.
import { valueOf } from './arguments.js';
import { find, make } from './dom.js';
import { span } from './format.js';
import { load } from './http.js';

/** @type {Map<string, { at: number, answer: Promise<Answer> }>} */
const known = new Map();
const UNDECLARED = { ok: true, status: 200, body: { commands: [], declared: false } };
// Asked again after ten seconds: a dictionary may change while the page is open.
/** @param {string} type @returns {Promise<Answer>} */
export function dictionary(type) {
  const held = known.get(type);
  if (held && Date.now() - held.at < 10000) return held.answer;
  const answer = type ? load('/dictionary/' + encodeURIComponent(type)) : Promise.resolve(UNDECLARED);
  known.set(type, { at: Date.now(), answer });
  answer.then((one) => { if (!one.ok) known.delete(type); });
  return answer;
}

let count = 0;
/**
 * @param {string} name @param {string} label @param {HTMLElement} input @param {string | undefined} hint @param {string} [unit]
 */
export function field(name, label, input, hint, unit) {
  const id = 'field-' + ++count;
  input.id = id;
  input.dataset.field = name;
  input.setAttribute('aria-describedby', `${id}-hint ${id}-fault`);
  return make('div', { class: 'field' }, make('label', { for: id }, label, unit ? make('span', { class: 'unit' }, ' ' + unit) : null),
    input, make('p', { class: 'hint', id: id + '-hint' }, hint || ''), make('p', { class: 'fault', id: id + '-fault', hidden: true }));
}

/** @param {Element} form */
export function clearFaults(form) {
  for (const fault of /** @type {NodeListOf<HTMLElement>} */ (form.querySelectorAll('.fault'))) { fault.hidden = true; fault.textContent = ''; }
  for (const input of form.querySelectorAll('[aria-invalid]')) input.removeAttribute('aria-invalid');
}

// What has no field of its own comes back, for the form as a whole. The first field at fault gets the focus.
/** @param {Element} form @param {Fault[]} [errors] */
export function showFaults(form, errors) {
  const inputs = [.../** @type {NodeListOf<HTMLElement>} */ (form.querySelectorAll('[data-field]'))];
  /** @type {string[]} */
  const rest = [];
  /** @type {HTMLElement | null} */
  let first = null;
  for (const { field: name, detail } of errors || []) {
    const input = inputs.find((one) => one.dataset.field === name)
      || inputs.find((one) => name && name.endsWith('.' + one.dataset.field))
      || inputs.find((one) => name && one.dataset.field?.endsWith('.' + name));
    if (!input) { rest.push(name ? `${name}: ${detail}` : detail); continue; }
    const fault = find('#' + input.id + '-fault');
    fault.textContent = fault.hidden ? detail : fault.textContent + '; ' + detail;
    fault.hidden = false;
    input.setAttribute('aria-invalid', 'true');
    first ||= input;
  }
  if (first) first.focus();
  return rest;
}

/** @param {Argument} argument */
function range(argument) {
  const { minimum, maximum, unit } = argument;
  const tail = unit ? ' ' + unit : '';
  /** @param {unknown} value */
  const number = (value) => String(value).replace('-', '\u2212');
  /** @param {unknown} value */
  const has = (value) => value !== null && value !== undefined;
  if (has(minimum) && has(maximum)) return `${number(minimum)} to ${number(maximum)}${tail}`;
  if (has(minimum)) return `at least ${number(minimum)}${tail}`;
  if (has(maximum)) return `at most ${number(maximum)}${tail}`;
  return argument.longest ? `at most ${argument.longest} characters` : '';
}

/** @param {Argument} argument */
function inputOf(argument) {
  const held = argument.default ?? null;
  const options = argument.type === 'choice' ? argument.choices || [] : argument.type === 'boolean' ? ['true', 'false'] : null;
  if (options) {
    const select = make('select', {});
    if (held === null) select.append(new Option(argument.required ? 'choose' : 'not given', ''));
    for (const one of options) select.append(new Option(argument.type === 'boolean' ? (one === 'true' ? 'yes' : 'no') : one, one));
    if (held !== null) select.value = String(held);
    return select;
  }
  // No number field: turning the mouse wheel over one changes what is about to be sent.
  const mode = argument.type === 'number' ? 'decimal' : argument.type === 'integer' ? 'numeric' : null;
  const input = make('input', { inputmode: mode, autocomplete: 'off', spellcheck: 'false', class: mode ? 'num' : '' });
  if (held !== null) input.value = String(held);
  return input;
}

export class CommandFields {
  // optional: there may be no command; prefix: what the fields are called in the answer of whoever gets them.
  /** @param {HTMLElement} host @param {{ optional?: boolean, prefix?: string, changed?: (fields: CommandFields) => void }} [options] */
  constructor(host, { optional = false, prefix = '', changed = () => {} } = {}) {
    this.host = host;
    this.optional = optional;
    this.prefix = prefix;
    this.changed = changed;
    /** @type {CommandType[]} */
    this.types = [];
    /** @type {{ argument: Argument, input: HTMLInputElement | HTMLSelectElement }[]} */
    this.inputs = [];
    this.select = make('select', { onchange: () => this.choose() });
    this.note = make('p', { class: 'hint', role: 'status' });
    this.body = make('div', { class: 'arguments' });
    this.expires = make('input', { inputmode: 'numeric', autocomplete: 'off', class: 'num' });
    this.expiresField = field(prefix + 'expires_in', 'Expires in', this.expires, '', 's');
    this.head = field(prefix + 'command_type', 'Command', this.select, '');
    host.append(this.head, this.note, this.body, this.expiresField);
    this.device(null, null);
  }

  get chosen() { return this.types.find((one) => one.name === this.select.value) || null; }

  // What was chosen for another device cannot be changed while this one's commands are loaded. False: overtaken by another.
  /** @param {string | null | undefined} name @param {string | null | undefined} type @param {string} [wanted] */
  async device(name, type, wanted) {
    const asked = this.asked = Symbol('asked');
    this.host.inert = true;
    const answer = name ? await dictionary(type || '') : { ok: false, status: -1, body: null };
    if (asked !== this.asked) return false;
    this.host.inert = false;
    this.types = answer.ok ? answer.body.commands || [] : [];
    const keep = wanted || this.select.value;
    this.select.replaceChildren(...(this.optional ? [new Option('none', '')] : []),
      ...this.types.map((one) => new Option(one.title ? `${one.title} (${one.name})` : one.name, one.name)));
    if ([...this.select.options].some((one) => one.value === keep)) this.select.value = keep;
    this.select.disabled = !this.types.length && !this.optional;
    this.note.textContent = this.why(answer, name, type);
    this.choose();
    return true;
  }

  /** @param {Answer} answer @param {string | null | undefined} name @param {string | null | undefined} type */
  why(answer, name, type) {
    if (answer.status === -1 || (answer.ok && answer.body.declared !== false)) return '';
    if (answer.ok) return `No commands are declared for ${type ? 'the type ' + type : 'the type of ' + name}. An administrator `
      + 'declares them with PUT /dictionary; see docs/api.md.';
    return 'The commands of this device cannot be read just now: ' + (answer.body?.detail || 'command-dispatcher does not answer.');
  }

  choose() {
    const type = this.chosen;
    this.inputs = (type?.arguments || []).map((argument) => ({ argument, input: inputOf(argument) }));
    const parts = this.inputs.map(({ argument, input }) => {
      const needed = argument.required ? '' : 'may be left out';
      const hint = [range(argument), argument.description, needed].filter(Boolean).join(' · ');
      if (argument.required) input.setAttribute('aria-required', 'true');
      return field(`${this.prefix}parameters.${argument.name}`, argument.name.replaceAll('_', ' '), input, hint, argument.unit);
    });
    const about = type?.description ? [make('p', { class: 'about' }, type.description)] : [];
    if (type?.significance === 'critical') {
      about.push(make('p', {}, make('span', { class: 'mark warning' }, 'Critical: '), 'it waits until a second person, a flight director, approves it.'));
    }
    this.body.replaceChildren(...about, ...parts);
    this.expiresField.hidden = !type;
    this.expires.value = '';
    this.expires.placeholder = type?.expires_in ? String(type.expires_in) : '';
    const hint = find('.hint', HTMLElement, this.expiresField);
    hint.textContent = type?.expires_in ? `${span(type.expires_in * 1000)} unless you say otherwise; never begun later` : '';
    this.changed(this);
  }

  // Puts a command there that was given before. False: another device was chosen meanwhile.
  /** @param {string | null | undefined} name @param {string | undefined} type @param {Given | null} command */
  async fill(name, type, command) {
    if (!await this.device(name, type, command?.command_type || '')) return false;
    if (!command) { this.select.value = ''; this.choose(); return true; }
    for (const { argument, input } of this.inputs) {
      const value = command.parameters?.[argument.name];
      if (value !== undefined && value !== null) input.value = String(value);
    }
    if (command.expires_in) this.expires.value = String(command.expires_in);
    return true;
  }

  // null: no command is chosen.
  /** @returns {Given | null} */
  get value() {
    if (!this.select.value) return null;
    /** @type {Record<string, any>} */
    const parameters = {};
    for (const { argument, input } of this.inputs) {
      if (input.value !== '') parameters[argument.name] = valueOf(argument.type, input.value);
    }
    /** @type {Given} */
    const value = { command_type: this.select.value, parameters };
    if (this.expires.value !== '') value.expires_in = valueOf('integer', this.expires.value);
    return value;
  }
}
