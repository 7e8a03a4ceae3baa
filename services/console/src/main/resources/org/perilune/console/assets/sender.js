// @ts-check
// Sends what a button is pressed for, so that one press is one command and another press is another.
import { act } from './http.js';
export const RETRIES = 15000; // For so long an unanswered press is sent again by itself.
const PAUSE = 2000;
const DOUBLE = 1000; // Pressed again so soon, it was one press.

export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return 'console-' + Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

// A service that says 503 has changed nothing; after a silence or another failure nobody knows.
/** @param {Answer} answer */
const unanswered = (answer) => answer.status === 0 || answer.status >= 500;
/** @param {Answer} answer */
const doubtful = (answer) => unanswered(answer) && answer.status !== 503;

/** @typedef {{ text: string, waits: (answer: Answer) => void, key: string, pending: boolean, until: number, kept: number, answer?: Promise<Answer> }} Press */
export class Sender {
  // post(body, key): gives {ok, status, body} and never throws.
  // keep: for so many milliseconds after an unanswered press the same content, pressed again, is still the same thing. For
  // texts, which are worse twice; never for commands: a stop that is pressed again is to stop again.
  /**
   * @param {(body: object, key: string) => Promise<Answer>} post
   * @param {{ keep?: number, now?: () => number, pause?: (millis: number) => Promise<void> }} [options]
   */
  constructor(post, { keep = 0, now = () => performance.now(), pause = (millis) => /** @type {Promise<void>} */ (new Promise((done) => { setTimeout(done, millis); })) } = {}) {
    this.post = post;
    this.keep = keep;
    this.now = now;
    this.pause = pause;
    /** @type {Press | null} */
    this.press = null;
  }

  // waits(answer): called each time it is to be sent again. In the answer, unknown says that nobody knows whether it was taken.
  /** @param {object} body @param {(answer: Answer) => void} [waits] @returns {Promise<Answer>} */
  send(body, waits = () => {}) {
    const text = JSON.stringify(body);
    const before = this.press?.text === text ? this.press : null;
    if (before?.answer && (before.pending || this.now() < before.until)) {
      before.waits = waits;
      return before.answer;
    }
    /** @type {Press} */
    const press = { text, waits, key: before && this.now() < before.kept ? before.key : newKey(), pending: true, until: 0, kept: 0 };
    this.press = press;
    press.answer = this.attempts(press, body).finally(() => { press.pending = false; });
    return press.answer;
  }

  /** @param {Press} press @param {object} body @returns {Promise<Answer>} */
  async attempts(press, body) {
    const end = this.now() + RETRIES;
    let unknown = false;
    for (;;) {
      const answer = await this.post(body, press.key);
      if (answer.ok) press.until = this.now() + DOUBLE;
      if (!unanswered(answer)) return answer;
      unknown ||= doubtful(answer);
      if (this.now() + PAUSE > end) {
        press.kept = this.now() + this.keep;
        return { ...answer, unknown };
      }
      press.waits(answer);
      await this.pause(PAUSE);
    }
  }
}

// Longer than the console itself waits for a service; shorter than a person waits with a finger on the button.
const ATTEMPT = 8000;
const KEPT = 10; // Minutes.
const TRIES = `sent again by itself for ${RETRIES / 1000} s`;
/** @param {string} path @param {{ keep?: number }} [options] */
const sender = (path, options) => new Sender((body, key) => act(path, body, key, ATTEMPT), options);
export const commandSender = () => sender('/commands');
// An entry, a comment, an event.
/** @param {string} path */
export const writer = (path) => sender(path, { keep: KEPT * 60000 });

// What is said while an unanswered press is sent again.
/** @param {Answer} answer */
export const sentAgain = (answer) => `no answer yet, ${TRIES} as the same one. ${answer.body.detail || ''}`;
// What is said when there was no answer in that time, or a refusal without faults at fields.
/** @param {Answer} answer */
export function unsent(answer) {
  const detail = answer.body.detail || 'this was not possible.';
  if (answer.unknown === undefined) return 'was not sent: ' + detail;
  return answer.unknown ? `was ${TRIES}, without an answer: whether it was taken is not known. ${detail} The latest commands show it if it was. Pressing again sends a new one.`
    : `was not sent. ${detail} It was ${TRIES}; pressing again sends a new one.`;
}
/** @param {Answer} answer */
export const unwritten = (answer) => (answer.unknown === undefined ? answer.body.detail || 'This was not possible.'
  : `${answer.body.detail || 'There was no answer.'} What you typed is still here. Pressed again within ${KEPT} minutes, it stays one.`);
