// Puts entries as the server wrote them into the page, and touches only what changed: focus, and what is being typed, stay.
import { say } from './format.js';
import { order } from './instant.js';
import { hydrate } from './references.js';

const LOCAL = 15000; // What was written here may be missing in what query gives, for a moment.
const raw = new WeakMap();
const written = new WeakMap();

export function parse(html) {
  const template = document.createElement('template');
  template.innerHTML = html;
  return template.content;
}

const part = (article, name) => article.querySelector(`:scope > [data-part=${name}]`);
const version = (element) => Number(element.dataset.version);
const key = (element) => order(element.dataset.order) + element.dataset.entry;

function adopt(element) {
  raw.set(element, element.outerHTML);
  return element;
}

// What was rendered with the page.
export function adoptAll(host) {
  for (const article of host.querySelectorAll('article')) adoptEntry(article);
  hydrate(host);
}

function adoptEntry(article) {
  adopt(part(article, 'told'));
  for (const comment of part(article, 'comments').children) adopt(comment);
  return article;
}

// The same thing, newer; never an older one, because answers overtake each other.
function renew(old, fresh) {
  if (version(fresh) < version(old) || raw.get(old) === fresh.outerHTML) return;
  const focused = old.contains(document.activeElement) ? document.activeElement : null;
  const same = focused && ['edit', 'delete', 'history'].find((one) => focused.dataset[one]);
  old.replaceWith(adopt(fresh));
  hydrate(fresh);
  if (focused) (fresh.querySelector(same ? `[data-${same}]` : 'a, button') || fresh.closest('article')?.querySelector('a'))?.focus();
}

export function renewEntry(article, fresh, comments) {
  renew(part(article, 'told'), part(fresh, 'told'));
  if (!comments) return;
  const list = part(article, 'comments');
  const there = new Map([...list.children].map((one) => [one.id, one]));
  for (const comment of [...part(fresh, 'comments').children]) {
    const old = there.get(comment.id);
    there.delete(comment.id);
    if (old) renew(old, comment);
    else { list.append(adopt(comment)); hydrate(comment); }
  }
  for (const gone of there.values()) if (!(Date.now() - written.get(gone) < LOCAL)) gone.remove();
  say(part(article, 'count'), part(fresh, 'count').textContent);
  part(article, 'rest').replaceChildren(...part(fresh, 'rest').childNodes);
}

// One's own comment, before it comes back from query.
export function addComment(article, html) {
  const comment = parse(html).querySelector('li');
  const old = document.getElementById(comment.id);
  if (old) { renew(old, comment); return; }
  written.set(comment, Date.now());
  part(article, 'comments').append(adopt(comment));
  hydrate(comment);
}

export function insertEntry(host, article) {
  let before = host.querySelector(':scope > article');
  while (before && key(before) > key(article)) {
    before = before.nextElementSibling?.matches('article') ? before.nextElementSibling : null;
  }
  host.insertBefore(adoptEntry(article), before || host.querySelector(':scope > [data-older]'));
  hydrate(article);
}

export const newest = (host, article) => {
  const last = host.querySelector(':scope > article:last-of-type');
  return !host.querySelector(':scope > [data-older]') || !last || key(article) > key(last);
};
export const wroteHere = (article) => { written.set(article, Date.now()); return article; };
export const justWritten = (article) => Date.now() - written.get(article) < LOCAL;
