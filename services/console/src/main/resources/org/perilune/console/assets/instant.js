// @ts-check
// Instants are compared as numbers: as text they do not sort, because some come with a fraction of a second and some without.

// Milliseconds since 1970 with what is below them; NaN where there is none.
/** @param {unknown} iso */
export function instant(iso) {
  const [, seconds, fraction = '', zone = 'Z'] = /^([^.]*?)(\.\d+)?(Z|[+-]\d\d:\d\d)?$/.exec(String(iso ?? '')) || [];
  return Date.parse(seconds + zone) + (fraction ? Number('0' + fraction) * 1000 : 0);
}

// The instant as text that sorts, for lists whose keys have an id behind it.
/** @param {unknown} iso */
export function order(iso) {
  const [seconds, fraction = ''] = String(iso || '').replace('Z', '').split('.');
  return seconds + '.' + fraction.padEnd(9, '0');
}

// How far the server's clock is ahead of this one. What the server says is old by the time it took to come, so the
// greatest of the latest differences is the nearest; only so many are kept, because either clock may be set anew.
export class ClockOffset {
  /** @param {number} [kept] */
  constructor(kept = 6) {
    this.kept = kept;
    /** @type {number[]} */
    this.seen = [];
  }

  /** @param {number} server @param {number} here */
  told(server, here) {
    if (!Number.isFinite(server)) return;
    this.seen.push(server - here);
    if (this.seen.length > this.kept) this.seen.shift();
  }

  get millis() { return this.seen.length ? Math.max(...this.seen) : 0; }
}
