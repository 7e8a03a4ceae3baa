// @ts-check
// What is known of a device, kept up by its frames. The newest value counts, whatever order frames come in; and a time that
// lies behind its own arrival counts as the arrival, so that one frame from the future does not freeze what follows.
import { instant } from './instant.js';

/** @param {number} time @param {number} arrival */
const counted = (time, arrival) => (Number.isNaN(arrival) ? time : Math.min(time, arrival));
/** @param {number | undefined} a @param {number | undefined} b */
const later = (a, b) => Number(a) > Number(b); // False where one is not known.

// A device as telemetry tells it; before: the same as it was known until now, whose newer values stay.
/** @param {Device} device @param {Device | null} [before] */
export function adopt(device, before = null) {
  const contact = instant(device.last_contact);
  for (const held of Object.values(device.values || {})) held.at = counted(instant(held.time), contact);
  device.last_at = counted(instant(device.last_time), contact);
  if (!before) return device;
  const newer = Object.entries(before.values || {}).filter(([name, held]) => !device.values?.[name] || later(held.at, device.values[name].at));
  device.values = { ...device.values, ...Object.fromEntries(newer) };
  if (later(before.last_at, device.last_at)) {
    const { last_at, last_time, status } = before;
    Object.assign(device, { last_at, last_time, status });
  }
  if (later(instant(before.last_contact), contact)) device.last_contact = before.last_contact;
  return device;
}

// Gives whether the frame is the newest of its device.
/** @param {Device} device @param {Frame} frame */
export function merge(device, frame) {
  const received = instant(frame.received);
  const at = counted(instant(frame.timestamp), received);
  device.values ||= {};
  for (const [name, value] of Object.entries(frame.values)) {
    if (!later(device.values[name]?.at, at)) device.values[name] = { value, time: frame.timestamp, at };
  }
  if (!later(instant(device.last_contact), received)) device.last_contact = frame.received;
  if (later(device.last_at, at)) return false;
  device.last_time = frame.timestamp;
  device.last_at = at;
  device.status = frame.status || device.status;
  return true;
}

// Adds a point to the end of a plot: [[time, least, greatest], …], the oldest leave. What lies in the future of the one that
// comes was a clock's error.
/** @type {(points: Point[], time: number, value: number, received: number, most: number) => boolean} */
export function append(points, time, value, received, most) {
  const last = () => points.at(-1)?.[0] ?? NaN;
  while (last() > received && last() > time) points.pop();
  if (points.length && !(time > last())) return false;
  points.push([time, value, value]);
  if (points.length > most) points.shift();
  return true;
}
