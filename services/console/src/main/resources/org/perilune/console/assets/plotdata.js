// @ts-check
// What a plot shows, before anything is drawn: its axis, and what it says in words.
import { clock, number, utc } from './format.js';

// The points between two times, with the axis they need; null where there is none.
/** @param {Point[]} points @param {number} bucket @param {number} from @param {number} to */
export function view(points, bucket, from, to) {
  let low = Infinity;
  let high = -Infinity;
  let count = 0;
  /** @type {Point | null} */
  let last = null;
  for (const point of points) {
    const [time, min, max] = point;
    if (time < from - bucket || time > to) continue;
    if (min < low) low = min;
    if (max > high) high = max;
    count++;
    last = point;
  }
  if (!last) return null;
  const margin = (high - low) * 0.08 || Math.abs(high) * 0.01 || 1;
  const apart = (high - low) / 2;
  const decimals = apart > 0 ? Math.min(6, Math.max(0, Math.ceil(-Math.log10(apart)))) : 0;
  const labels = [0, 1, 2].map((step) => low + (high - low) * step / 2).map((value) => ({ value, text: number(value, decimals) }));
  return { least: low, greatest: high, low: low - margin, high: high + margin, labels, count, last };
}

// The axis that is shown: the values that somebody chose, all of them otherwise; by powers of ten where that is asked for, and
// every value is above 0.
/** @type {(shown: NonNullable<ReturnType<typeof view>>, chosen: readonly [number, number] | null, log: boolean) => { low: number, high: number, log: boolean, whole: boolean }} */
export function axis(shown, chosen, log) {
  const powers = log && shown.least > 0;
  if (chosen && (!powers || chosen[0] > 0)) return { low: chosen[0], high: chosen[1], log: powers, whole: false };
  return powers ? { low: shown.least / 1.25, high: shown.greatest * 1.25, log: true, whole: true }
    : { low: shown.low, high: shown.high, log: false, whole: true };
}

// Where a logarithmic axis is labelled: at powers of ten, or at its ends and in the middle where it has fewer than two.
/** @param {number} low @param {number} high */
export function powerLabels(low, high) {
  const first = Math.ceil(Math.log10(low));
  const powers = Array.from({ length: Math.max(0, Math.floor(Math.log10(high)) - first + 1) }, (_, step) => 10 ** (first + step));
  return powers.length >= 2 ? powers : [low, Math.sqrt(low * high), high];
}

// Times, middles, least and greatest values, with a hole where nothing was reported for longer than the gap.
/** @type {(history: Point[], tail: Point[], bucket: number, gap: number) => [number[], (number | null)[], (number | null)[], (number | null)[]]} */
export function columns(history, tail, bucket, gap) {
  /** @type {ReturnType<typeof columns>} */
  const [times, middles, least, greatest] = [[], [], [], []];
  const points = history.map(([start, min, max]) => /** @type {const} */ ([start + bucket / 2, min, max])).concat(tail.map(([at, min, max]) => /** @type {const} */ ([at, min, max])));
  for (const [time, min, max] of points) {
    const before = times.at(-1);
    if (before !== undefined && time - before > gap) {
      times.push(before + gap / 2);
      for (const column of [middles, least, greatest]) column.push(null);
    }
    times.push(time);
    middles.push((min + max) / 2);
    least.push(min);
    greatest.push(max);
  }
  return [times, middles, least, greatest];
}

// Room for the widest label, in steps, so that nothing moves with every digit.
/** @param {number} widest */
export const gutter = (widest) => Math.max(64, Math.ceil((widest + 12) / 16) * 16);

// read: [from, to] that was last read whole, or null; failed: 'away', 'refused' or nothing.
/** @typedef {{ read: number[] | null, failed: string, why?: string, complete?: boolean }} Reading */
/** @type {(reading: Reading, from: number, to: number, following: boolean) => string} */
export function nothing({ read, failed, why }, from, to, following) {
  if (failed === 'refused') return why || 'Telemetry of this time cannot be read';
  if (failed) return 'Telemetry cannot be read just now; this page tries again by itself';
  const known = read && read[0] <= from + 1000 && (following || read[1] >= to - 1000);
  return known ? 'No telemetry in this time' : 'Being read';
}

// What is to be known of what is there.
/** @param {Reading} reading */
export function caveat({ read, failed, complete }) {
  if (failed && read) return `not read anew since ${clock(read[2])}; this page tries again by itself`;
  return complete === false ? 'not all of this time could be read in time: a shorter time shows all' : '';
}

// The plot for whoever does not see it.
/** @type {(parameter: Parameter, shown: ReturnType<typeof view>, from: number, to: number, empty: string, note: string) => string} */
export function inWords(parameter, shown, from, to, empty, note) {
  const unit = parameter.unit ? ' ' + parameter.unit : '';
  const time = `${utc(from)} to ${utc(to)}`;
  if (!shown) return `${time}: ${empty}.`;
  const [at, min, max] = shown.last;
  return `${time}: ${shown.count === 1 ? 'one value' : shown.count + ' values'} from ${number(shown.least)} to ${number(shown.greatest)}${unit}, `
    + `the last ${min === max ? number(min) : `${number(min)} to ${number(max)}`}${unit} at ${clock(at)}.${note ? ` Attention: ${note}.` : ''}`;
}
