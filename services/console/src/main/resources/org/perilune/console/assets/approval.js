// @ts-check
// What can be done with a command that is under way: approve, reject, cancel; each where the person may.
import { make } from './dom.js';
import { act } from './http.js';
import { me } from './viewer.js';
import { commandPath } from './wording.js';

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
