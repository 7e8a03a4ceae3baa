// @ts-check
// The rules as a form: added, removed, put in another order and changed. Nothing counts until it is saved.
import { Conflict } from './conflict.js';
import { find, make, optional } from './dom.js';
import { clearFaults, field, showFaults } from './fields.js';
import { act, load, same } from './http.js';
import { notice } from './notice.js';

/** @param {string} text */
const lines = (text) => text.split(/[\n,]/).map((one) => one.trim()).filter(Boolean);
/** @param {string} text */
const number = (text) => (/^\d+$/.test(text.trim()) ? Number(text.trim()) : text.trim() || null);
// By kind: what it is called, and its fields with label, how they read, and a hint.
/** @type {Record<string, [string, Part[]]>} */
const KINDS = {
  words: ['Words', [['words', 'Words', 'list', 'whole words, separated by commas or lines; case and accents do not matter']]],
  pattern: ['Pattern', [['pattern', 'Pattern', 'text', 'a regular expression (RE2)']]],
  length: ['Length', [['minimum', 'Least characters', 'number', 'may be left out'], ['maximum', 'Most characters', 'number', 'may be left out']]],
  rate: ['Rate', [['comments', 'Comments at most', 'number', 'of one author'], ['seconds', 'Within seconds', 'number', '']]],
  links: ['Links', [['maximum', 'Links at most', 'number', ''], ['allowed_hosts', 'Hosts that do not count', 'list', 'separated by commas or lines; may be left out']]],
};

/**
 * @typedef {[name: string, label: string, type: string, hint: string]} Part
 * @typedef {Record<string, HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement>} Inputs
 * @typedef {{ element: HTMLElement, inputs: Inputs, read: () => Rule }} Item
 */
export class RuleEditor {
  // show(): the newest rules in words; done(): the form is closed.
  /** @param {HTMLFormElement} form @param {{ show: () => Promise<DocumentFragment | null>, done: () => void }} page */
  constructor(form, { show, done }) {
    this.form = form;
    this.show = show;
    this.done = done;
    this.editing = false;
    this.version = this.newest = 0;
    /** @type {WeakMap<Element, Item>} */
    this.known = new WeakMap();
    this.list = make('ol', { class: 'ruleforms' });
    this.kind = make('select', { 'aria-label': 'Kind of the new rule' }, ...Object.entries(KINDS).map(([kind, [title]]) => new Option(title, kind)));
    const add = make('button', { type: 'button', onclick: () => this.add({ kind: this.kind.value, action: 'hold' }, true) }, 'Add a rule');
    this.save = make('button', { class: 'act' }, 'Save the rules');
    this.conflict = new Conflict({ over: () => { this.version = this.newest; this.send(); }, load: () => this.open() });
    const close = make('button', { type: 'button', onclick: () => this.close() }, 'Close');
    form.append(this.list, make('div', { class: 'decisions' }, this.kind, add), this.conflict.theirs, this.conflict.said,
      make('div', { class: 'acts' }, this.save, this.conflict.over, this.conflict.load, close));
    form.addEventListener('submit', (event) => { event.preventDefault(); this.send(); });
  }

  async open() {
    const answer = await load('/log/moderation/rules.json');
    this.form.hidden = false;
    this.calm();
    if (!answer.ok) {
      this.conflict.say('The rules cannot be read just now. ' + (answer.body.detail || '') + ' Try again in a moment.');
      if (!this.editing) { this.list.replaceChildren(); this.form.hidden = true; notice(find('#away'), 'The rules cannot be changed just now', answer.body.detail || ''); }
      return false;
    }
    this.editing = true;
    this.version = answer.body.version;
    this.list.replaceChildren();
    answer.body.rules.forEach((/** @type {Rule} */ rule) => this.add(rule, false));
    (optional('input', HTMLElement, this.list) || this.kind).focus();
    return true;
  }

  calm() {
    this.conflict.calm();
    clearFaults(this.form);
  }

  /** @param {Partial<Rule> & { kind: string, action: string }} rule @param {boolean} focus */
  add(rule, focus) {
    const [title, parts] = KINDS[rule.kind] || [rule.kind, []];
    const id = make('input', { autocomplete: 'off', spellcheck: 'false', maxlength: 64 });
    id.value = rule.id || this.freeName(rule.kind);
    const action = make('select', {}, new Option('reject it', 'reject'), new Option('hold it for a flight director', 'hold'));
    action.value = rule.action;
    const note = make('input', { autocomplete: 'off', maxlength: 200 });
    note.value = rule.note || '';
    /** @type {Inputs} */
    const inputs = { id, action, note };
    const fields = parts.map(([name, label, type, hint]) => {
      const input = type === 'list' ? make('textarea', { rows: 2 }) : make('input', { autocomplete: 'off', spellcheck: 'false', inputmode: type === 'number' ? 'numeric' : null });
      const value = rule[name];
      input.value = Array.isArray(value) ? value.join(', ') : value ?? '';
      inputs[name] = input;
      return field(name, label, input, hint);
    });
    const item = make('li', {});
    /** @type {(text: string, what: string, go: (event: Event) => void) => HTMLButtonElement} */
    const button = (text, what, go) => make('button', { type: 'button', class: 'small', onclick: go, 'aria-label': `${text} the rule ${id.value}` }, what || text);
    const set = make('fieldset', {}, make('legend', {}, title), make('div', { class: 'pair' }, field('id', 'Name', id, ''), field('action', 'If it objects', action, '')),
      make('div', { class: fields.length > 1 ? 'pair' : '' }, ...fields), field('note', 'Note', note, 'may be left out'),
      make('div', { class: 'decisions' }, button('Move up', 'Up', (event) => this.move(item, -1, /** @type {HTMLElement} */ (event.target))), button('Move down', 'Down', (event) => this.move(item, 1, /** @type {HTMLElement} */ (event.target))),
        button('Remove', '', () => { const next = item.nextElementSibling || item.previousElementSibling; item.remove(); (next?.querySelector('input') || this.kind).focus(); })));
    item.append(set);
    this.known.set(item, { element: item, inputs, read: () => this.read(rule, parts, inputs) });
    this.list.append(item);
    if (focus) id.focus();
  }

  /** @param {string} kind */
  freeName(kind) {
    const taken = new Set(this.items.map((item) => item.inputs.id.value));
    let count = 1;
    while (taken.has(`${kind}-${count}`)) count++;
    return `${kind}-${count}`;
  }

  /** @param {HTMLElement} item @param {number} by @param {HTMLElement} button */
  move(item, by, button) {
    const other = by < 0 ? item.previousElementSibling : item.nextElementSibling;
    if (!other) return;
    if (by < 0) other.before(item); else other.after(item);
    button.focus();
  }

  // What this form does not know of a rule stays as it is.
  /** @param {object} rule @param {Part[]} parts @param {Inputs} inputs @returns {Rule} */
  read(rule, parts, inputs) {
    /** @type {Record<string, any>} */
    const value = { ...rule, id: inputs.id.value.trim(), action: inputs.action.value, note: inputs.note.value.trim() || null };
    for (const [name, , type] of parts) {
      const { value: text } = inputs[name];
      value[name] = type === 'list' ? lines(text) : type === 'number' ? number(text) : text;
    }
    for (const [name, one] of Object.entries(value)) if (one === null || (name === 'allowed_hosts' && !one.length)) delete value[name];
    return /** @type {Rule} */ (value);
  }

  get items() { return [...this.list.children].flatMap((element) => this.known.get(element) || []); }

  get value() { return this.items.map((item) => item.read()); }

  async send() {
    if (this.save.disabled) return;
    this.calm();
    this.save.disabled = true;
    const sent = this.value;
    const answer = await act('/log/moderation/rules', { version: this.version, rules: sent });
    this.save.disabled = false;
    if (answer.ok && same(this.value, sent)) { this.close(); return; }
    if (answer.ok) {
      this.version = answer.body.version;
      this.conflict.say('Saved. What you changed meanwhile is not: save again.');
      return;
    }
    if (answer.status === 409) { await this.compare(); return; }
    this.refused(answer);
  }

  // Faults are said of rules[2].words[0]: by its place in the list.
  /** @param {Answer} answer */
  refused(answer) {
    clearFaults(this.form);
    this.items.forEach((item, index) => {
      for (const [name, input] of Object.entries(item.inputs)) input.dataset.field = `rules[${index}].${name}`;
    });
    const errors = (answer.body.errors || []).map((/** @type {Fault} */ { field: name, detail }) => {
      const inner = /^(rules\[\d+\]\.\w+)\[(\d+)\]$/.exec(name || '');
      return inner ? { field: inner[1], detail: `number ${Number(inner[2]) + 1} ${detail}` } : { field: name, detail };
    });
    const rest = showFaults(this.form, errors);
    this.conflict.say(errors.length ? rest.join('. ') || 'Nothing was saved: see the fields.' : answer.body.detail || 'Nothing was saved.');
  }

  async compare() {
    const [answer, words] = await Promise.all([load('/log/moderation/rules.json'), this.show()]);
    const { version, changed_by: by } = answer.body;
    this.newest = version;
    const text = `Nothing was saved: ${answer.ok && by ? by + ' has' : 'somebody has'} changed the rules since you opened them. What you typed is still here.`;
    if (!answer.ok || !words) { this.conflict.say(text); return; }
    this.conflict.offer(text, make('h3', {}, `The rules as ${by || 'somebody'} left them`), words);
    this.conflict.over.focus();
  }

  close() {
    this.editing = false;
    this.form.hidden = true;
    this.list.replaceChildren();
    this.calm();
    this.done();
  }
}
