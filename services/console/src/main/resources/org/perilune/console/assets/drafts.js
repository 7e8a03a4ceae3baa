// @ts-check
// What was being written when the page went, as at the end of a session: kept in this tab for the same person, until that
// person logs out.
import { me } from './viewer.js';

// now() is asked as the page goes; null: there is nothing to keep. Gives what was kept when it went before, or null.
/** @param {string} name @param {() => unknown} now */
export function draft(name, now) {
  const key = `draft ${me.name} ${name}`;
  addEventListener('pagehide', () => {
    const value = now();
    try {
      if (value) sessionStorage.setItem(key, JSON.stringify(value));
      else sessionStorage.removeItem(key);
    } catch { /* The browser keeps nothing: as before. */ }
  });
  try { return JSON.parse(sessionStorage.getItem(key) ?? 'null'); } catch { return null; }
}
