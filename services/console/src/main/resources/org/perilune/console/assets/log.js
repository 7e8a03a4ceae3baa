// The flight log: entries and comments as they come, and what is written here.
import { CONSOLE_AWAY, make, notice, part, same } from './http.js';
import { sentAgain, unwritten, writer } from './approval.js';
import { addComment, adoptAll, insertEntry, justWritten, newest, parse, renewEntry, wroteHere } from './entries.js';
import { draft } from './drafts.js';
import { onActs } from './entryactions.js';
import { clearFaults } from './fields.js';
import { say } from './format.js';
import { order } from './instant.js';
import { follow } from './live.js';
import { commandChanged, hydrate } from './references.js';
import { Writing } from './writing.js';

const QUERY_AWAY = ['The flight log cannot be read just now', 'The service query does not answer. Writing still works: what is written is '
  + 'kept, and appears here when it is back. This page tries again by itself.'];
const root = document.getElementById('log');
const { devices = [], newest: live = false } = JSON.parse(root.dataset.first);
root.removeAttribute('data-first');
const one = root.dataset.one || null;
const host = document.getElementById('entries');
const away = document.getElementById('away');
const newer = document.getElementById('newer');
const MOST = 300; // Entries in the page at most; older ones are then pages of their own.
let most = 40;
const back = new Map(); // New ones, while somebody is at work in the list.
const comments = new Map(); // How many comments of an entry are shown, where it is more than the first.
const own = new Map(); // Comments written here, by id, with where to say what becomes of them.

const articleOf = (id) => document.getElementById('e-' + id);

// Nothing moves under a pointer, the keyboard's focus or the reader's eye.
const busy = () => host.matches(':hover') || host.contains(document.activeElement) || scrollY > 200;

function show(article) {
  const old = articleOf(article.dataset.entry);
  if (old) renewEntry(old, article, true);
  else if (one || !live || !newest(host, article)) return;
  else if (busy() && !justWritten(article)) back.set(article.dataset.entry, article);
  else insertEntry(host, article);
  settle();
}

function settle() {
  if (one) return;
  const shown = host.querySelectorAll(':scope > article');
  [...shown].slice(most).forEach((element) => element.remove());
  if (shown.length > most && !host.querySelector(':scope > [data-older]')) host.append(make('p', { class: 'more' }, make('a', { href: '/log' }, 'Show all')));
  document.getElementById('empty').hidden = shown.length > 0 || !away.hidden;
  newer.hidden = !back.size;
  say(newer, back.size === 1 ? 'Show 1 newer entry' : `Show ${back.size} newer entries`);
  tellOwn();
}

function showBack() {
  for (const article of back.values()) insertEntry(host, article);
  back.clear();
  settle();
}

// Entries that changed, each asked for once at a time, and again where it was not answered.
const asking = new Map();
const retries = new Map();
async function refresh(id) {
  clearTimeout(retries.get(id));
  if (asking.has(id)) { asking.set(id, true); return; }
  asking.set(id, false);
  const answer = await part(`/log/${id}/entry?comments=${comments.get(id) || 50}`);
  const again = asking.get(id);
  asking.delete(id);
  retries.delete(id);
  if (answer.ok) show(parse(answer.text).querySelector('article'));
  else if (answer.status === 404) gone(id);
  else if (answer.status === 0 || answer.status >= 500) { retries.set(id, setTimeout(refresh, 5000, id)); return; }
  if (again) refresh(id);
}

function gone(id) {
  const article = articleOf(id);
  back.delete(id);
  if (!article || justWritten(article)) return;
  // Somebody is writing a comment on it: that is not thrown away.
  if (article.querySelector('textarea')?.value) return;
  article.remove();
  if (one) document.getElementById('gone').hidden = false;
  else settle();
}

async function reload() {
  if (one) { refresh(one); return; }
  if (!live) return;
  const answer = await part('/log/entries');
  if (!answer.ok) { if (answer.status === 503) notice(away, ...QUERY_AWAY); return; }
  notice(away, null);
  const fresh = parse(answer.text);
  const articles = [...fresh.querySelectorAll('article')];
  const ids = new Set(articles.map((article) => article.dataset.entry));
  const last = order(articles.at(-1)?.dataset.order);
  for (const article of [...host.querySelectorAll(':scope > article')]) {
    if (!ids.has(article.dataset.entry) && order(article.dataset.order) > last) gone(article.dataset.entry);
  }
  const first = !host.querySelector('article');
  if (first) { host.replaceChildren(fresh); adoptAll(host); settle(); return; }
  articles.forEach((article) => { if (comments.has(article.dataset.entry)) refresh(article.dataset.entry); else show(article); });
}

// What becomes of a comment that was written here.
function tellOwn() {
  for (const [id, said] of own) {
    const comment = document.getElementById('c-' + id);
    if (!comment) continue;
    const { state } = comment.dataset;
    const why = comment.querySelector('[data-why]')?.textContent.trim() || '';
    const words = { pending: 'Waiting for moderation', held: 'Waiting for a flight director: ' + why, approved: 'Approved: everybody can read it', rejected: 'Rejected: ' + why };
    say(said, words[state] || '');
    if (state === 'approved' || state === 'rejected') own.delete(id);
  }
}

// Older entries, in this page as long as it does not grow too long.
host.addEventListener('click', async (event) => {
  const link = event.target.closest('[data-older] a');
  if (!link || host.querySelectorAll(':scope > article').length + 20 > MOST) return;
  event.preventDefault();
  const answer = await part('/log/entries?' + new URL(link.href).searchParams);
  if (!answer.ok) { notice(away, ...QUERY_AWAY); return; }
  const fresh = parse(answer.text);
  const first = fresh.querySelector('article a');
  link.parentElement.remove();
  const added = [...fresh.children];
  for (const element of added) {
    if (element.matches('article') && articleOf(element.dataset.entry)) continue;
    if (element.matches('article')) insertEntry(host, element); else host.append(element);
  }
  most = Math.min(MOST, most + 20);
  first?.focus();
  settle();
});

// Comments

const remarks = new WeakMap();
const halfTyped = () => {
  const all = { ...before };
  for (const form of host.querySelectorAll('[data-remark]')) all[form.dataset.remark] = form.querySelector('textarea').value;
  const kept = Object.entries(all).filter(([, text]) => text.trim());
  return kept.length ? Object.fromEntries(kept) : null;
};
const before = draft('comments', halfTyped) || {};
for (const form of host.querySelectorAll('[data-remark]')) form.querySelector('textarea').value ||= before[form.dataset.remark] || '';

host.addEventListener('submit', async (event) => {
  const form = event.target.closest('[data-remark]');
  if (!form) return;
  event.preventDefault();
  const [text, button, said] = [form.querySelector('textarea'), form.querySelector('button'), form.querySelector('.said')];
  if (button.disabled) return;
  const typed = text.value;
  if (!typed.trim()) { text.focus(); return; }
  const id = form.dataset.remark;
  if (!remarks.has(form)) remarks.set(form, writer(`/log/${id}/comments`));
  button.disabled = true;
  said.className = 'said';
  say(said, 'Being sent');
  const answer = await remarks.get(form).send({ text: typed }, (one) => say(said, 'Being sent: ' + sentAgain(one)));
  button.disabled = false;
  if (!answer.ok) {
    said.className = 'said refusal';
    say(said, (answer.body.errors || []).map((fault) => fault.detail).join('; ') || unwritten(answer));
    return;
  }
  // What was added meanwhile was not sent, and stays.
  if (text.value === typed) text.value = '';
  own.set(answer.body.id, said);
  addComment(articleOf(id), answer.body.html);
  tellOwn();
});
host.addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && event.target.matches('[data-remark] textarea')) event.target.form.requestSubmit();
});

onActs(host, devices, {
  more(id, number) { comments.set(id, Math.min(500, number)); refresh(id); },
  edited(article, comment) { own.set(comment.dataset.comment, article.querySelector('.remark .said')); tellOwn(); },
  removed(comment) {
    if (one && !comment) document.getElementById('gone').hidden = false;
    if (!one) settle();
  },
});

// Writing

function form() {
  const element = document.getElementById('write');
  if (!element) return;
  const said = document.getElementById('said');
  const sender = writer('/log');
  const writing = new Writing(element, 'entry', devices);
  const go = make('button', { class: 'act' }, 'Write');
  element.append(make('div', { class: 'acts' }, go));
  const now = () => (writing.isEmpty ? null : writing.value);
  const begun = draft('entry', now);
  if (begun) {
    writing.fill(begun);
    say(said, 'What you had begun to write is here again.');
  }
  const asked = new URLSearchParams(location.search);
  const about = asked.get('about');
  if (about === 'telemetry' || about === 'command') {
    const point = about === 'command' ? { kind: about, id: asked.get('id') }
      : { kind: about, device: asked.get('device'), parameter: asked.get('parameter'), from: asked.get('from'), to: asked.get('to') };
    writing.point(point);
    writing.title.focus();
  }
  element.addEventListener('submit', async (event) => {
    event.preventDefault();
    if (go.disabled) return;
    clearFaults(element);
    go.disabled = true;
    if (!await writing.settled()) { go.disabled = false; return; }
    said.className = 'said';
    say(said, 'Being written');
    const typed = writing.value;
    const given = Object.fromEntries(Object.entries(typed).filter(([, value]) => value !== null));
    const answer = await sender.send(given, (one) => say(said, 'Being written: ' + sentAgain(one)));
    go.disabled = false;
    if (!answer.ok) {
      said.className = 'said refusal';
      say(said, writing.refused(answer));
      return;
    }
    const article = parse(answer.body.html).querySelector('article');
    said.replaceChildren('Written: ', make('a', { href: '/log/' + answer.body.id }, 'its own page'));
    // What was added meanwhile was not sent, and stays.
    if (same(writing.value, typed)) writing.fill({});
    show(wroteHere(article));
  });
}

form();
adoptAll(host);
newer?.addEventListener('click', () => { showBack(); host.querySelector('a')?.focus(); });
host.addEventListener('pointerleave', () => { if (back.size && !busy()) showBack(); });
if (!one) settle();
document.body.addEventListener('htmx:afterSwap', (event) => hydrate(event.target));
follow(['log', 'commands'], {
  open(again, source) { if (source === 'log' && (again || !away.hidden)) reload(); if (source === 'log') notice(away, null); },
  away(source, all) { if (source === 'log') notice(away, ...(all ? CONSOLE_AWAY : QUERY_AWAY)); },
  post(entry) { if (articleOf(entry.id) || (live && !one) || entry.id === one) refresh(entry.id); },
  removed(entry) { gone(entry.id); },
  command(command) { commandChanged(command); },
});
if (location.hash.startsWith('#c-')) document.getElementById(location.hash.slice(1))?.scrollIntoView();
