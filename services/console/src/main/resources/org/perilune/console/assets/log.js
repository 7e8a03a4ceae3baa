// @ts-check
// The flight log: entries and comments as they come, and what is written here.
import { closest, find, make, optional } from './dom.js';
import { draft } from './drafts.js';
import { addComment, adoptAll, insertEntry, justWritten, newest, renewEntry, wroteHere } from './entries.js';
import { onActs } from './entryactions.js';
import { clearFaults } from './fields.js';
import { say } from './format.js';
import { part, same } from './http.js';
import { order } from './instant.js';
import { follow } from './live.js';
import { QUERY_AWAY, CONSOLE_AWAY, notice } from './notice.js';
import { parse } from './patch.js';
import { commandChanged, hydrate } from './references.js';
import { sentAgain, unwritten, writer } from './sender.js';
import { Writing } from './writing.js';

const root = find('#log');
const { devices = [], newest: live = false } = /** @type {{ devices?: Choice[], newest?: boolean }} */ (JSON.parse(root.dataset.first || ''));
root.removeAttribute('data-first');
const one = root.dataset.one || null;
const host = find('#entries');
const away = find('#away');
const newer = optional('#newer');
const MOST = 300; // Entries in the page at most; older ones are then pages of their own.
let most = 40;
/** @type {Map<string, HTMLElement>} */
const back = new Map(); // New ones, while somebody is at work in the list.
/** @type {Map<string, number>} */
const comments = new Map(); // How many comments of an entry are shown, where it is more than the first.
/** @type {Map<string, HTMLElement>} */
const own = new Map(); // Comments written here, by id, with where to say what becomes of them.

/** @param {string} id */
const articleOf = (id) => optional('#e-' + id);

// Nothing moves under a pointer, the keyboard's focus or the reader's eye.
const busy = () => host.matches(':hover') || host.contains(document.activeElement) || scrollY > 200;

/** @param {HTMLElement} article */
function show(article) {
  const id = article.dataset.entry || '';
  const old = articleOf(id);
  if (old) renewEntry(old, article, true);
  else if (one || !live || !newest(host, article)) return;
  else if (busy() && !justWritten(article)) back.set(id, article);
  else insertEntry(host, article);
  settle();
}

function settle() {
  if (one) return;
  const shown = host.querySelectorAll(':scope > article');
  [...shown].slice(most).forEach((element) => element.remove());
  if (shown.length > most && !host.querySelector(':scope > [data-older]')) host.append(make('p', { class: 'more' }, make('a', { href: '/log' }, 'Show all')));
  find('#empty').hidden = shown.length > 0 || !away.hidden;
  if (newer) newer.hidden = !back.size;
  say(newer, back.size === 1 ? 'Show 1 newer entry' : `Show ${back.size} newer entries`);
  tellOwn();
}

function showBack() {
  for (const article of back.values()) insertEntry(host, article);
  back.clear();
  settle();
}

// Entries that changed, each asked for once at a time, and again where it was not answered.
/** @type {Map<string, boolean>} */
const asking = new Map();
/** @type {Map<string, ReturnType<typeof setTimeout>>} */
const retries = new Map();
/** @param {string} id @returns {Promise<void>} */
async function refresh(id) {
  clearTimeout(retries.get(id));
  if (asking.has(id)) { asking.set(id, true); return; }
  asking.set(id, false);
  const answer = await part(`/log/${id}/entry?comments=${comments.get(id) || 50}`);
  const again = asking.get(id);
  asking.delete(id);
  retries.delete(id);
  if (answer.ok) show(find('article', HTMLElement, parse(answer.text)));
  else if (answer.status === 404) gone(id);
  else if (answer.status === 0 || answer.status >= 500) { retries.set(id, setTimeout(refresh, 5000, id)); return; }
  if (again) refresh(id);
}

/** @param {string} id */
function gone(id) {
  const article = articleOf(id);
  back.delete(id);
  if (!article || justWritten(article)) return;
  // Somebody is writing a comment on it: that is not thrown away.
  if (optional('textarea', HTMLTextAreaElement, article)?.value) return;
  article.remove();
  if (one) find('#gone').hidden = false;
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
  for (const { dataset: { entry = '', order: at } } of host.querySelectorAll('article')) {
    if (!ids.has(entry) && order(at) > last) gone(entry);
  }
  const first = !host.querySelector('article');
  if (first) { host.replaceChildren(fresh); adoptAll(host); settle(); return; }
  articles.forEach((article) => { if (comments.has(article.dataset.entry || '')) refresh(article.dataset.entry || ''); else show(article); });
}

// What becomes of a comment that was written here.
function tellOwn() {
  for (const [id, said] of own) {
    const comment = optional('#c-' + id);
    if (!comment) continue;
    const { state = '' } = comment.dataset;
    const why = comment.querySelector('[data-why]')?.textContent?.trim() || '';
    /** @type {Record<string, string>} */
    const words = { pending: 'Waiting for moderation', held: 'Waiting for a flight director: ' + why, approved: 'Approved: everybody can read it', rejected: 'Rejected: ' + why };
    say(said, words[state] || '');
    if (state === 'approved' || state === 'rejected') own.delete(id);
  }
}

// Older entries, in this page as long as it does not grow too long.
host.addEventListener('click', async (event) => {
  const link = closest(event.target, '[data-older] a', HTMLAnchorElement);
  if (!link || host.querySelectorAll(':scope > article').length + 20 > MOST) return;
  event.preventDefault();
  const answer = await part('/log/entries?' + new URL(link.href).searchParams);
  if (!answer.ok) { notice(away, ...QUERY_AWAY); return; }
  const fresh = parse(answer.text);
  const first = optional('article a', HTMLElement, fresh);
  link.parentElement?.remove();
  const added = [...fresh.children];
  for (const element of added) {
    if (!(element instanceof HTMLElement) || !element.matches('article')) host.append(element);
    else if (!articleOf(element.dataset.entry || '')) insertEntry(host, element);
  }
  most = Math.min(MOST, most + 20);
  first?.focus();
  settle();
});

// Comments

/** @type {WeakMap<HTMLFormElement, ReturnType<typeof writer>>} */
const remarks = new WeakMap();
const remarkForms = () => /** @type {NodeListOf<HTMLFormElement>} */ (host.querySelectorAll('[data-remark]'));
const textOf = (/** @type {HTMLFormElement} */ form) => find('textarea', HTMLTextAreaElement, form);
const halfTyped = () => {
  /** @type {Record<string, string>} */
  const all = { ...before };
  for (const form of remarkForms()) all[form.dataset.remark || ''] = textOf(form).value;
  const kept = Object.entries(all).filter(([, text]) => text.trim());
  return kept.length ? Object.fromEntries(kept) : null;
};
/** @type {Record<string, string>} */
const before = draft('comments', halfTyped) || {};
for (const form of remarkForms()) textOf(form).value ||= before[form.dataset.remark || ''] || '';

host.addEventListener('submit', async (event) => {
  const form = closest(event.target, '[data-remark]', HTMLFormElement);
  if (!form) return;
  event.preventDefault();
  const [text, button, said] = [textOf(form), find('button', HTMLButtonElement, form), find('.said', HTMLElement, form)];
  if (button.disabled) return;
  const typed = text.value;
  if (!typed.trim()) { text.focus(); return; }
  const id = form.dataset.remark || '';
  const sender = remarks.get(form) || writer(`/log/${id}/comments`);
  remarks.set(form, sender);
  button.disabled = true;
  said.className = 'said';
  say(said, 'Being sent');
  const answer = await sender.send({ text: typed }, (one) => say(said, 'Being sent: ' + sentAgain(one)));
  button.disabled = false;
  if (!answer.ok) {
    said.className = 'said refusal';
    say(said, (answer.body.errors || []).map((/** @type {Fault} */ fault) => fault.detail).join('; ') || unwritten(answer));
    return;
  }
  // What was added meanwhile was not sent, and stays.
  if (text.value === typed) text.value = '';
  own.set(answer.body.id, said);
  const article = articleOf(id);
  if (article) addComment(article, answer.body.html);
  tellOwn();
});
host.addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) ) closest(event.target, '[data-remark]', HTMLFormElement)?.requestSubmit();
});

onActs(host, devices, {
  more(id, number) { comments.set(id, Math.min(500, number)); refresh(id); },
  edited(article, comment) { own.set(comment.dataset.comment || '', find('.remark .said', HTMLElement, article)); tellOwn(); },
  removed(comment) {
    if (one && !comment) find('#gone').hidden = false;
    if (!one) settle();
  },
});

// Writing

function form() {
  const element = optional('#write', HTMLFormElement);
  if (!element) return;
  const said = find('#said');
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
    // The second press of a double one is none, even where the first is already answered.
    setTimeout(() => { go.disabled = false; }, answer.ok ? 1000 : 0);
    if (!answer.ok) {
      said.className = 'said refusal';
      say(said, writing.refused(answer));
      return;
    }
    const article = find('article', HTMLElement, parse(answer.body.html));
    said.replaceChildren('Written: ', make('a', { href: '/log/' + answer.body.id }, 'its own page'));
    // What was added meanwhile was not sent, and stays.
    if (same(writing.value, typed)) writing.fill({});
    show(wroteHere(article));
  });
}

form();
adoptAll(host);
newer?.addEventListener('click', () => { showBack(); optional('a', HTMLElement, host)?.focus(); });
host.addEventListener('pointerleave', () => { if (back.size && !busy()) showBack(); });
if (!one) settle();
document.body.addEventListener('htmx:afterSwap', (event) => hydrate(/** @type {Element} */ (event.target)));
follow(['log', 'commands'], {
  open(again, source) { if (source === 'log' && (again || !away.hidden)) reload(); if (source === 'log') notice(away, null); },
  away(source, all) { if (source === 'log') notice(away, ...(all ? CONSOLE_AWAY : QUERY_AWAY)); },
  post(entry) { if (articleOf(entry.id) || (live && !one) || entry.id === one) refresh(entry.id); },
  removed(entry) { gone(entry.id); },
  command(command) { commandChanged(command); },
});
if (location.hash.startsWith('#c-')) optional('#' + CSS.escape(location.hash.slice(1)))?.scrollIntoView();
