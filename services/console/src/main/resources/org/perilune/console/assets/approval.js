// @ts-check
// What can be done with a command that is under way: approve, reject, cancel; each where the person may.
import { find, make } from './dom.js';
import { act, commandPath } from './http.js';
import { RETRIES, Sender } from './sender.js';

const root = find('[data-person]');
export const me = { name: root.dataset.person, operates: root.dataset.operates === 'true', directs: root.dataset.directs === 'true' };
/** @param {Command} command */
export const cancellable = (command) => ['accepted', 'held', 'approved'].includes(command.state);

/** @type {(command: Command, decision: string, body: object, said: Element, buttons: HTMLButtonElement[]) => Promise<Answer<Command>>} */
async function decide(command, decision, body, said, buttons) {
  for (const button of buttons) button.disabled = true;
  const answer = await act(commandPath(command.id) + '/' + decision, body);
  for (const button of buttons) button.disabled = false;
  said.textContent = answer.ok ? '' : answer.body.detail || 'This was not possible.';
  return answer;
}

/** @param {Command} command @param {Element} said @param {(command: Command) => void} done */
export function cancelButton(command, said, done) {
  const button = make('button', { type: 'button', class: 'small', 'aria-label': `Cancel ${command.command_type} to ${command.device}` }, 'Cancel');
  button.addEventListener('click', async () => {
    const answer = await decide(command, 'cancel', {}, said, [button]);
    if (answer.ok) done(answer.body);
  });
  return button;
}

// Of a held command.
/** @param {Command} command @param {(command: Command) => void} done */
export function decisions(command, done) {
  const said = make('p', { class: 'fault', role: 'status' });
  const own = command.requested_by === me.name;
  const host = make('div', { class: 'decisions' });
  const title = `${command.command_type} to ${command.device}`;
  if (me.directs) {
    const word = make('input', { 'aria-label': `Comment or reason for ${title}`, placeholder: 'Comment, or reason to reject', autocomplete: 'off' });
    const approve = make('button', { type: 'button', disabled: own, 'aria-label': `Approve ${title}` }, 'Approve');
    const reject = make('button', { type: 'button', 'aria-label': `Reject ${title}` }, 'Reject');
    approve.addEventListener('click', async () => {
      const answer = await decide(command, 'approve', word.value.trim() ? { comment: word.value.trim() } : {}, said, [approve, reject]);
      if (answer.ok) done(answer.body);
    });
    reject.addEventListener('click', async () => {
      if (!word.value.trim()) { said.textContent = 'Say why it is rejected.'; word.focus(); return; }
      const answer = await decide(command, 'reject', { reason: word.value.trim() }, said, [approve, reject]);
      approve.disabled = own;
      if (answer.ok) done(answer.body);
    });
    host.append(word, approve, reject);
  }
  if (me.operates) host.append(cancelButton(command, said, done));
  const why = own ? 'You asked for it: somebody else has to approve it.' : me.directs ? '' : 'A flight director can approve it.';
  if (why) host.append(make('p', { class: 'hint' }, why));
  host.append(said);
  return host;
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
