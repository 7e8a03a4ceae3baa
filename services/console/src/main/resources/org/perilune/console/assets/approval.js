// What can be done with a command that is under way: approve, reject, cancel; each where the person may.
import { act, commandPath, make, newKey } from './act.js';

const root = document.querySelector('[data-person]');
export const me = { name: root.dataset.person, operates: root.dataset.operates === 'true', directs: root.dataset.directs === 'true' };
export const cancellable = (command) => ['accepted', 'held', 'approved'].includes(command.state);

async function decide(command, decision, body, said, buttons) {
  for (const button of buttons) button.disabled = true;
  const answer = await act(commandPath(command.id) + '/' + decision, body);
  for (const button of buttons) button.disabled = false;
  said.textContent = answer.ok ? '' : answer.body.detail || 'This was not possible.';
  return answer;
}

export function cancelButton(command, said, done) {
  const button = make('button', { type: 'button', class: 'small', 'aria-label': `Cancel ${command.command_type} to ${command.device}` }, 'Cancel');
  button.addEventListener('click', async () => {
    const answer = await decide(command, 'cancel', {}, said, [button]);
    if (answer.ok) done(answer.body);
  });
  return button;
}

// Of a held command.
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

// Sends one thing, such as a command, however often it is pressed within a second.
export class Sender {
  constructor(path = '/commands') {
    this.path = path;
    this.renew();
  }

  renew() { this.key = newKey(); this.used = null; }

  // Another content is another thing.
  async send(body) {
    const text = JSON.stringify(body);
    if (this.used !== null && this.used !== text) this.renew();
    this.used = text;
    const key = this.key;
    const answer = await act(this.path, body, key);
    const again = () => { if (this.key === key) this.renew(); };
    // After a silence the key stays: nobody knows whether it was taken. A refusal used none up.
    if (answer.ok) setTimeout(again, 1000);
    else if (answer.status >= 400 && answer.status < 500) again();
    return answer;
  }
}
