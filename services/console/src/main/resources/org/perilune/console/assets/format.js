// @ts-check
// How numbers and times read; Format.java does the same on the server.
// least: decimals at least, where neighbours on an axis are to differ.
/** @param {unknown} value @param {number} [least] @returns {string} */
export function number(value, least = 0) {
  if (typeof value !== 'number') return value === null || value === undefined ? '–' : String(value);
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'not a number' : value > 0 ? '∞' : '−∞';
  const size = Math.abs(value);
  if (size > 0 && (size < 0.0001 || size >= 1e12)) return value.toExponential(3).replaceAll('-', '−');
  const usual = size >= 10000 ? 0 : size >= 100 ? 1 : size >= 1 || size === 0 ? 2 : 4;
  const decimals = Math.max(usual, least);
  const [whole, rest] = size.toFixed(decimals).split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, '\u202f');
  return (value < 0 ? '−' : '') + grouped + (rest ? '.' + rest : '');
}

/** @param {number} millis */
export function span(millis) {
  const seconds = Math.max(0, Math.floor(millis / 1000));
  if (seconds < 90) return seconds + ' s';
  if (seconds < 5400) return Math.round(seconds / 60) + ' min';
  if (seconds < 129600) return Math.round(seconds / 3600) + ' h';
  return Math.round(seconds / 86400) + ' d';
}

/** @param {string | undefined} iso @param {number} now */
export function ago(iso, now) {
  return iso ? span(now - Date.parse(iso)) : 'never';
}

// How far a device's clock is off, by seconds ahead; empty where it is right for all we know.
/** @param {number} [seconds] */
export function off(seconds) {
  return seconds ? `clock ${span(Math.abs(seconds) * 1000)} ${seconds > 0 ? 'ahead' : 'behind'}` : '';
}

/** @param {number} millis */
export function clock(millis) {
  return new Date(millis).toISOString().slice(11, 19);
}

/** @param {number} millis */
export function utc(millis) {
  return new Date(millis).toISOString().slice(0, 19).replace('T', ' ') + ' UTC';
}

/** @param {number} millis */
export function local(millis) {
  return new Date(millis).toLocaleString() + ' your time';
}

// Writes only what changed: an unchanged cell costs no layout.
/** @param {Element | null | undefined} element @param {string} text */
export function say(element, text) {
  if (element && element.textContent !== text) element.textContent = text;
}

/** @param {Element} element @param {string} kind @param {string} text */
export function mark(element, kind, text) {
  const name = 'mark ' + kind;
  if (element.className !== name) element.className = name;
  say(element, text);
}

/** @param {Parameter} parameter @param {unknown} value @returns {Level} */
export function level(parameter, value) {
  if (!parameter || typeof value !== 'number') return 'none';
  /** @type {(low: number | null | undefined, high: number | null | undefined) => boolean} */
  const beyond = (low, high) => (typeof low === 'number' && value < low)
    || (typeof high === 'number' && value > high);
  if (beyond(parameter.critical_low, parameter.critical_high)) return 'critical';
  return beyond(parameter.warning_low, parameter.warning_high) ? 'warning' : 'none';
}

// A device that is not heard from is not within its limits: nobody knows.
/** @param {Device} device */
export function worst(device) {
  const silent = ['stale', 'dark', 'unknown'].includes(device.state || 'unknown');
  let found = silent ? { kind: 'unknown', text: 'not known now' } : { kind: 'none', text: 'within limits' };
  for (const parameter of device.parameters || []) {
    const value = device.values?.[parameter.name]?.value;
    const kind = level(parameter, value);
    if (kind === 'critical' ? found.kind !== 'critical' : kind === 'warning' && found.kind !== 'critical' && found.kind !== 'warning') {
      found = { kind, text: `${parameter.name} ${number(value)} ${parameter.unit || ''}`.trim() + (silent ? ' when last heard' : '') };
    }
  }
  return found;
}

// An instant as a person types it: the date alone, a blank instead of T, and no Z are understood; it is UTC in any case.
/** @param {string} typed */
export function instantOf(typed) {
  let text = typed.trim().replace(' ', 'T').replace(/ ?(UTC|z)$/, 'Z');
  if (/^\d{4}-\d\d-\d\d$/.test(text)) text += 'T00:00';
  if (/T\d\d:\d\d$/.test(text)) text += ':00';
  return /T\d\d:\d\d:\d\d(\.\d+)?$/.test(text) ? text + 'Z' : text;
}

// Back to the very place, once the session has ended.
export function logInAgain() {
  return '/login?next=' + encodeURIComponent(location.pathname + location.search + location.hash);
}
