// @ts-check
import { svg } from './svg.js';

// The path of a small plot, 120 by 24: [[time, least, greatest], …] from one time to another, broken where there is a gap.
/** @type {(points: Point[], from: number, to: number, gap: number) => string} */
export function sparkPath(points, from, to, gap) {
  let low = Infinity;
  let high = -Infinity;
  for (const point of points) { low = Math.min(low, point[1]); high = Math.max(high, point[2]); }
  const size = high - low || 1;
  let path = '';
  let last = null;
  for (const [time, min, max] of points) {
    if (time < from || time > to) continue;
    path += (last !== null && time - last < gap ? 'L' : 'M') + ((time - from) / (to - from) * 120).toFixed(1)
      + ' ' + (22 - ((min + max) / 2 - low) / size * 20).toFixed(1);
    last = time;
  }
  return path;
}

export function newSpark() {
  const made = svg('svg', { class: 'spark', viewBox: '0 0 120 24', width: 120, height: 24, 'aria-hidden': 'true' });
  svg('path', {}, made);
  return made;
}
