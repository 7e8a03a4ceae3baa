// @ts-check
// Puts entries as the server wrote them into the page, and touches only what changed: focus, and what is being typed, stay.
import { find, optional } from './dom.js';
import { say } from './format.js';
import { order } from './instant.js';
import { hydrate } from './references.js';

const LOCAL = 15000; // What was written here may be missing in what query gives, for a moment.
/** @type {WeakMap<Element, string>} */
const raw = new WeakMap();
/** @type {WeakMap<Element, number>} */
const written = new WeakMap();

/** @param {string} html */
export function parse(html) {
  const template = document.createElement('template');
  template.innerHTML = html;
  return template.content;
}

/** @param {Element} article @param {string} name */
const part = (article, name) => find(`:scope > [data-part=${name}]`, HTMLElement, article);
/** @param {HTMLElement} element */
const version = (element) => Number(element.dataset.version);
/** @param {HTMLElement} element */
const key = (element) => order(element.dataset.order) + element.dataset.entry;

/** @template {Element} T @param {T} element */
function adopt(element) {
  raw.set(element, element.outerHTML);
  return element;
}

const within = (/** @type {Element} */ list) => /** @type {HTMLElement[]} */ ([...list.children]);

// What was rendered with the page.
/** @param {Element} host */
export function adoptAll(host) {
  for (const article of host.querySelectorAll('article')) adoptEntry(article);
  hydrate(host);
}

/** @param {HTMLElement} article */
function adoptEntry(article) {
  adopt(part(article, 'told'));
  for (const comment of part(article, 'comments').children) adopt(comment);
  return article;
}

// The same thing, newer; never an older one, because answers overtake each other.
/** @param {HTMLElement} old @param {HTMLElement} fresh */
function renew(old, fresh) {
  if (version(fresh) < version(old) || raw.get(old) === fresh.outerHTML) return;
  const focused = old.contains(document.activeElement) ? /** @type {HTMLElement} */ (document.activeElement) : null;
  const same = focused && ['edit', 'delete', 'history'].find((one) => focused.dataset[one]);
  old.replaceWith(adopt(fresh));
  hydrate(fresh);
  if (focused) (optional(same ? `[data-${same}]` : 'a, button', HTMLElement, fresh) || fresh.closest('article')?.querySelector('a'))?.focus();
}

/** @param {HTMLElement} article @param {HTMLElement} fresh @param {boolean} comments */
export function renewEntry(article, fresh, comments) {
  renew(part(article, 'told'), part(fresh, 'told'));
  if (!comments) return;
  const list = part(article, 'comments');
  const there = new Map(within(list).map((one) => [one.id, one]));
  for (const comment of within(part(fresh, 'comments'))) {
    const old = there.get(comment.id);
    there.delete(comment.id);
    if (old) renew(old, comment);
    else { list.append(adopt(comment)); hydrate(comment); }
  }
  for (const gone of there.values()) if (!justWritten(gone)) gone.remove();
  say(part(article, 'count'), part(fresh, 'count').textContent);
  part(article, 'rest').replaceChildren(...part(fresh, 'rest').childNodes);
}

// One's own comment, before it comes back from query.
/** @param {HTMLElement} article @param {string} html */
export function addComment(article, html) {
  const comment = find('li', HTMLElement, parse(html));
  const old = optional('#' + comment.id);
  if (old) { renew(old, comment); return; }
  written.set(comment, Date.now());
  part(article, 'comments').append(adopt(comment));
  hydrate(comment);
}

/** @param {Element} host @param {HTMLElement} article */
export function insertEntry(host, article) {
  const before = [...host.querySelectorAll('article')].find((one) => key(one) <= key(article));
  host.insertBefore(adoptEntry(article), before || host.querySelector(':scope > [data-older]'));
  hydrate(article);
}

/** @param {Element} host @param {HTMLElement} article */
export const newest = (host, article) => {
  const last = optional(':scope > article:last-of-type', HTMLElement, host);
  return !host.querySelector(':scope > [data-older]') || !last || key(article) > key(last);
};
/** @param {HTMLElement} article */
export const wroteHere = (article) => { written.set(article, Date.now()); return article; };
/** @param {HTMLElement} article */
export const justWritten = (article) => Date.now() - (written.get(article) ?? -Infinity) < LOCAL;
