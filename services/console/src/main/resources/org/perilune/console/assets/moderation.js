// @ts-check
// What waits for a flight director, what was rejected, and the rules.
import { closest, find, optional } from './dom.js';
import { say } from './format.js';
import { act, part } from './http.js';
import { follow } from './live.js';
import { CONSOLE_AWAY, notice } from './notice.js';
import { parse, patch, remember } from './patch.js';
import { hydrate } from './references.js';
import { RuleEditor } from './rules.js';

const cases = find('#cases');
const away = find('#away');
const rules = find('#rules');

/** @param {string} path */
async function fragment(path) {
  const answer = await part(path);
  return answer.ok ? parse(answer.text) : null;
}

// Cases that stay as they are stay in their place, with what is being typed.
let asking = false;
let again = false;
async function reload() {
  if (asking) { again = true; return; }
  asking = true;
  const fresh = await fragment('/log/moderation/cases');
  asking = false;
  if (fresh) put(fresh);
  if (again) { again = false; reload(); }
}

/** @param {DocumentFragment} fresh */
function put(fresh) {
  const gone = fresh.querySelector('[data-away]');
  cases.querySelector('[data-away]')?.remove();
  // A reason that is being typed stays, and what it is about.
  if (gone && cases.querySelector('[data-case]')) { cases.prepend(gone); return; }
  patch(cases, fresh, { lost: optional('#held-title', HTMLElement) });
  hydrate(cases);
}

/** @type {ReturnType<typeof setTimeout> | null} */
let timer = null;
function soon() {
  if (timer === null) timer = setTimeout(() => { timer = null; reload(); }, 300);
}

cases.addEventListener('submit', async (event) => {
  const form = closest(event.target, '[data-case]', HTMLFormElement);
  if (!form) return;
  event.preventDefault();
  const decision = event.submitter instanceof HTMLButtonElement ? event.submitter.value : 'approve';
  const input = find('[name=reason]', HTMLInputElement, form);
  const reason = input.value.trim();
  const said = form.querySelector('.fault');
  if (decision === 'reject' && !reason) { say(said, 'Say why it is rejected.'); input.focus(); return; }
  const buttons = form.querySelectorAll('button');
  for (const button of buttons) button.disabled = true;
  const answer = await act(`/log/moderation/${form.dataset.case}/${decision}`, { text_revision: Number(form.dataset.revision), ...(reason ? { reason } : {}) });
  for (const button of buttons) button.disabled = false;
  say(said, answer.ok ? '' : answer.body.detail || 'This was not possible.');
  if (answer.ok || answer.status === 409) reload();
});

// Enter in the reason decides nothing: which of the two would it be?
cases.addEventListener('keydown', (event) => { if (event.key === 'Enter' && event.target instanceof HTMLInputElement) event.preventDefault(); });

const showRules = async () => {
  const fresh = await fragment('/log/moderation/rules');
  if (fresh) patch(rules, fresh);
};
const change = optional('#change', HTMLButtonElement);
const editing = (/** @type {boolean} */ over) => { if (change?.parentElement) change.parentElement.hidden = !over; };
const editor = change && new RuleEditor(find('#editor', HTMLFormElement), { show: () => fragment('/log/moderation/rules'), done: () => {
  editing(true);
  rules.hidden = false;
  showRules();
  find('#rules-title').focus();
} });
change?.addEventListener('click', async () => {
  if (!await editor?.open()) return;
  editing(false);
  rules.hidden = true;
});

if (change) change.disabled = false;
const trying = optional('#try', HTMLFormElement);
trying?.addEventListener('submit', async (event) => {
  event.preventDefault();
  const text = find('textarea', HTMLTextAreaElement, trying);
  if (!text.value.trim()) { text.focus(); return; }
  const said = trying.querySelector('.said');
  const given = editor?.editing ? { text: text.value, rules: editor.value } : { text: text.value };
  const answer = await act('/log/moderation/try', given);
  const { status, rule, reason } = answer.body;
  /** @type {Record<string, string>} */
  const words = { approved: 'Approved: no rule objects', rejected: 'Rejected', pending: 'Held for a flight director' };
  const why = [rule ? 'rule ' + rule : '', reason || ''].filter(Boolean).join(': ');
  if (!answer.ok && editor?.editing) editor.refused(answer);
  say(said, answer.ok ? words[status] + (why ? ' by ' + why : '') + (editor?.editing ? ' (by the rules as they stand in the form)' : '')
    : answer.body.detail || 'This could not be tried.');
});

remember(cases);
hydrate(cases);
if (location.hash.startsWith('#d-')) optional(`#${CSS.escape(location.hash.slice(1))} input`)?.focus();
follow(['log'], {
  open(more) { notice(away, null); if (more) reload(); },
  away(source, all) { if (all) notice(away, ...CONSOLE_AWAY); },
  post: soon,
  removed: soon,
});
// What moderation has decided reaches the flight log a moment later; what it holds may change there without a trace.
setInterval(() => { reload(); if (!rules.hidden) showRules(); }, 15000);
