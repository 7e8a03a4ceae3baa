// @ts-check
// What is said and offered where somebody else changed what is being edited: neither version is lost unasked.
import { make } from './dom.js';

export class Conflict {
  // over(): saves mine over theirs; load(): theirs instead of mine.
  /** @param {{ over: () => void, load: () => void }} acts */
  constructor({ over, load }) {
    this.said = make('p', { class: 'said refusal', role: 'alert' });
    this.theirs = make('div', { class: 'notice', hidden: true });
    this.over = make('button', { type: 'button', hidden: true, onclick: over }, 'Save mine over theirs');
    this.load = make('button', { type: 'button', hidden: true, onclick: load }, 'Load theirs');
  }

  get offered() { return !this.over.hidden; }

  /** @param {string} text */
  say(text) { this.said.textContent = text; }

  calm() {
    this.say('');
    this.theirs.hidden = this.over.hidden = this.load.hidden = true;
  }

  /** @param {string} text @param {(Node | string)[]} theirs what is there now, for comparison */
  offer(text, ...theirs) {
    this.say(text);
    this.over.hidden = this.load.hidden = false;
    this.theirs.replaceChildren(...theirs);
    this.theirs.hidden = !theirs.length;
  }
}
