// @ts-check
// Puts entries as the server wrote them into the page, and touches only what changed: focus, and what is being typed, stay.
import { find, optional } from './dom.js';
import { order } from './instant.js';
import { parse, patch, remember } from './patch.js';
import { hydrate } from './references.js';

const LOCAL = 15000; // What was written here may be missing in what query gives, for a moment.
/** @type {WeakMap<Element, number>} */
const written = new WeakMap();

/** @param {Element} article @param {string} name */
const part = (article, name) => find(`:scope > [data-part=${name}]`, HTMLElement, article);
/** @param {HTMLElement} element */
const key = (element) => order(element.dataset.order) + element.dataset.entry;

// What was rendered with the page.
/** @param {Element} host */
export function adoptAll(host) {
  remember(host);
  hydrate(host);
}

/** @param {HTMLElement} article @param {HTMLElement} fresh @param {boolean} comments */
export function renewEntry(article, fresh, comments) {
  for (const name of comments ? ['told', 'comments', 'count', 'rest'] : ['told']) {
    patch(part(article, name), part(fresh, name), { keep: justWritten, lost: optional('a', HTMLElement, article) });
  }
  hydrate(article);
}

// One's own comment, before it comes back from query.
/** @param {HTMLElement} article @param {string} html */
export function addComment(article, html) {
  const comment = find('li', HTMLElement, parse(html));
  const old = optional('#' + comment.id);
  if (old) patch(old, comment);
  else {
    written.set(comment, Date.now());
    part(article, 'comments').append(comment);
    remember(comment);
  }
  hydrate(old || comment);
}

/** @param {Element} host @param {HTMLElement} article */
export function insertEntry(host, article) {
  const before = [...host.querySelectorAll('article')].find((one) => key(one) <= key(article));
  remember(article);
  host.insertBefore(article, before || host.querySelector(':scope > [data-older]'));
  hydrate(article);
}

/** @param {Element} host @param {HTMLElement} article */
export const newest = (host, article) => {
  const last = optional(':scope > article:last-of-type', HTMLElement, host);
  return !host.querySelector(':scope > [data-older]') || !last || key(article) > key(last);
};
/** @param {HTMLElement} article */
export const wroteHere = (article) => { written.set(article, Date.now()); return article; };
/** @param {Element} article */
export const justWritten = (article) => Date.now() - (written.get(article) ?? -Infinity) < LOCAL;
