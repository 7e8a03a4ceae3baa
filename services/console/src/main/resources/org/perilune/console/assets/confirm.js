// @ts-check
// Asks once more in the button's own place: nothing opens, nothing moves.
import { make } from './dom.js';

/** @type {WeakMap<HTMLButtonElement, () => void>} */
const waiting = new WeakMap();
// Called each time it is pressed.
/** @param {HTMLButtonElement} button @param {(button: HTMLButtonElement) => void} go */
export function sure(button, go) {
  const again = waiting.get(button);
  if (again) { again(); go(button); return; }
  const text = button.textContent;
  const label = button.getAttribute('aria-label') || text;
  const timer = setTimeout(calm, 4000);
  function calm() {
    clearTimeout(timer);
    waiting.delete(button);
    button.textContent = text;
    button.setAttribute('aria-label', label);
    button.classList.remove('sure');
    button.removeEventListener('blur', calm);
  }
  waiting.set(button, calm);
  button.style.minWidth = button.offsetWidth + 'px';
  button.textContent = 'Sure?';
  button.setAttribute('aria-label', label + ': press again to confirm');
  button.classList.add('sure');
  button.addEventListener('blur', calm);
}

/** @type {(text: string, label: string, go: (button: HTMLButtonElement) => void, kind?: string) => HTMLButtonElement} */
export function sureButton(text, label, go, kind = '') {
  const button = make('button', { type: 'button', class: kind, 'aria-label': label, onclick: () => sure(button, go) }, text);
  return button;
}
