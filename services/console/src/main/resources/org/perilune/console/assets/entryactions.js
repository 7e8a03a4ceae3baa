// @ts-check
// What is done with an entry or a comment that is there: editing, deleting, its history, more of its comments.
import { sure } from './confirm.js';
import { closest, find, make } from './dom.js';
import { addComment, renewEntry } from './entries.js';
import { act, part } from './http.js';
import { parse } from './patch.js';
import { edit } from './writing.js';

// page: more(id, number) shows so many comments; edited(article, comment) and removed(comment or null) say what was done.
/**
 * @param {Element} host @param {Choice[]} devices
 * @param {{ more(id: string, number: number): void, edited(article: HTMLElement, comment: HTMLElement): void, removed(comment: HTMLElement | null): void }} page
 */
export function onActs(host, devices, page) {
  host.addEventListener('click', (event) => {
    const button = closest(event.target, 'button', HTMLButtonElement);
    const article = closest(button, 'article');
    const comment = closest(button, '[data-comment]');
    if (!button || !article) return;
    const { edit: editing, delete: deleting, history, more } = button.dataset;
    if (more) page.more(article.dataset.entry || '', Number(more));
    if (history) showHistory(history);
    if (editing) {
      edit(editing, comment ? 'comment' : 'entry', devices, (/** @type {string} */ html) => {
        if (!comment) { renewEntry(article, find('article', HTMLElement, parse(html)), false); return; }
        addComment(article, html);
        page.edited(article, comment);
      });
    }
    if (deleting) {
      sure(button, async () => {
        if (!await removed(deleting, button)) return;
        (comment || article).remove();
        page.removed(comment);
      });
    }
  });
}

/** @param {string} path @param {HTMLButtonElement} button */
async function removed(path, button) {
  button.disabled = true;
  const answer = await act(path + '/delete', {});
  button.disabled = false;
  if (!answer.ok) {
    button.parentElement?.querySelector('.fault')?.remove();
    button.parentElement?.append(make('p', { class: 'fault', role: 'alert' }, answer.body.detail || 'It was not deleted.'));
  }
  return answer.ok;
}

/** @param {string} path */
async function showHistory(path) {
  const answer = await part(path);
  const body = make('div');
  if (answer.ok) body.append(parse(answer.text));
  else body.append(make('p', { class: 'hint' }, 'The history cannot be read just now. Try again in a moment.'));
  /** @type {HTMLDialogElement} */
  const dialog = make('dialog', { 'aria-labelledby': 'history-title', onclose: () => dialog.remove() }, make('h2', { id: 'history-title' }, 'History'), body,
    make('div', { class: 'acts' }, make('button', { type: 'button', onclick: () => dialog.close() }, 'Close')));
  find('main').append(dialog);
  dialog.showModal();
}
