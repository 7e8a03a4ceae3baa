// What waits for a flight director, what was rejected, and the rules.
import { CONSOLE_AWAY, act, notice, part } from './http.js';
import { parse } from './entries.js';
import { say } from './format.js';
import { follow } from './live.js';
import { hydrate } from './references.js';
import { RuleEditor } from './rules.js';

const cases = document.getElementById('cases');
const away = document.getElementById('away');
const rules = document.getElementById('rules');

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

function put(fresh) {
  const gone = fresh.querySelector('[data-away]');
  cases.querySelector('[data-away]')?.remove();
  // A reason that is being typed stays, and what it is about.
  if (gone && cases.querySelector('[data-case]')) { cases.prepend(gone); return; }
  const lost = cases.contains(document.activeElement) ? document.activeElement : null;
  for (const one of fresh.querySelectorAll('[data-case]')) {
    const item = one.closest('li');
    const old = document.getElementById(item.id);
    if (old && old.dataset.version === item.dataset.version) item.replaceWith(old);
  }
  cases.replaceChildren(fresh);
  hydrate(cases);
  if (lost && cases.contains(lost)) lost.focus();
  else if (lost) document.getElementById('held-title')?.focus();
}

let timer = null;
function soon() {
  if (timer === null) timer = setTimeout(() => { timer = null; reload(); }, 300);
}

cases.addEventListener('submit', async (event) => {
  const form = event.target.closest('[data-case]');
  if (!form) return;
  event.preventDefault();
  const decision = event.submitter?.value || 'approve';
  const reason = form.elements.reason.value.trim();
  const said = form.querySelector('.fault');
  if (decision === 'reject' && !reason) { say(said, 'Say why it is rejected.'); form.elements.reason.focus(); return; }
  const buttons = form.querySelectorAll('button');
  for (const button of buttons) button.disabled = true;
  const answer = await act(`/log/moderation/${form.dataset.case}/${decision}`, { text_revision: Number(form.dataset.revision), ...(reason ? { reason } : {}) });
  for (const button of buttons) button.disabled = false;
  say(said, answer.ok ? '' : answer.body.detail || 'This was not possible.');
  if (answer.ok || answer.status === 409) reload();
});

// Enter in the reason decides nothing: which of the two would it be?
cases.addEventListener('keydown', (event) => { if (event.key === 'Enter' && event.target.name === 'reason') event.preventDefault(); });

const showRules = async () => {
  const fresh = await fragment('/log/moderation/rules');
  if (fresh) rules.replaceChildren(fresh);
};
const change = document.getElementById('change');
const editor = change && new RuleEditor(document.getElementById('editor'), { show: () => fragment('/log/moderation/rules'), done: () => {
  change.parentElement.hidden = false;
  rules.hidden = false;
  showRules();
  document.getElementById('rules-title').focus();
} });
change?.addEventListener('click', async () => {
  if (!await editor.open()) return;
  change.parentElement.hidden = true;
  rules.hidden = true;
});

if (change) change.disabled = false;
const trying = document.getElementById('try');
trying?.addEventListener('submit', async (event) => {
  event.preventDefault();
  const text = trying.querySelector('textarea');
  if (!text.value.trim()) { text.focus(); return; }
  const said = trying.querySelector('.said');
  const given = editor?.editing ? { text: text.value, rules: editor.value } : { text: text.value };
  const answer = await act('/log/moderation/try', given);
  const { status, rule, reason } = answer.body;
  const words = { approved: 'Approved: no rule objects', rejected: 'Rejected', pending: 'Held for a flight director' };
  const why = [rule ? 'rule ' + rule : '', reason || ''].filter(Boolean).join(': ');
  if (!answer.ok && editor?.editing) editor.refused(answer);
  say(said, answer.ok ? words[status] + (why ? ' by ' + why : '') + (editor?.editing ? ' (by the rules as they stand in the form)' : '')
    : answer.body.detail || 'This could not be tried.');
});

hydrate(cases);
if (location.hash.startsWith('#d-')) document.getElementById(location.hash.slice(1))?.querySelector('input')?.focus();
follow(['log'], {
  open(more) { notice(away, null); if (more) reload(); },
  away(source, all) { if (all) notice(away, ...CONSOLE_AWAY); },
  post: soon,
  removed: soon,
});
// What moderation has decided reaches the flight log a moment later; what it holds may change there without a trace.
setInterval(() => { reload(); if (!rules.hidden) showRules(); }, 15000);
