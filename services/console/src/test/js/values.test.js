import assert from 'node:assert/strict';
import { test } from 'node:test';
import { adopt, append, merge } from '../../main/resources/org/perilune/console/assets/values.js';

const frame = (timestamp, value, received = timestamp) => ({ timestamp, received, status: 's' + value, values: { speed: value } });
const at = (clock) => `2026-11-30T07:00:${clock}Z`;
const known = (time, value) => adopt({ last_time: time, last_contact: time, values: { speed: { value, time } } });
const speed = (device) => device.values.speed.value;

test('a value with a fraction of a second and one without are in the order of time', () => {
  const device = known(at('00'), 1);
  assert.equal(merge(device, frame(at('00.5'), 2)), true);
  assert.equal(speed(device), 2);
  assert.equal(merge(device, frame(at('00'), 1)), false);
  assert.equal(speed(device), 2);
  assert.equal(merge(device, frame(at('01'), 3)), true);
  assert.equal(speed(device), 3);
});

test('what comes late changes neither the value nor the status', () => {
  const device = known(at('10'), 1);
  merge(device, frame(at('12'), 3));
  assert.equal(merge(device, frame(at('11'), 2, at('13'))), false);
  assert.deepEqual([speed(device), device.status, device.last_contact], [3, 's3', at('13')]);
});

test('one frame from the future freezes nothing', () => {
  const device = known(at('00'), 1);
  merge(device, frame('2099-01-01T00:00:00Z', 99, at('01')));
  assert.equal(speed(device), 99);
  assert.equal(merge(device, frame(at('02'), 2)), true);
  assert.equal(speed(device), 2);
});

test('a future that was there when the page was loaded freezes nothing either', () => {
  const device = adopt({ last_time: '2099-01-01T00:00:00Z', last_contact: at('01'), values: { speed: { value: 99, time: '2099-01-01T00:00:00Z' } } });
  assert.equal(merge(device, frame(at('02'), 2)), true);
  assert.equal(speed(device), 2);
});

test("a device whose clock is an hour fast is followed all the same, and its old records stay old", () => {
  const device = adopt({ last_time: '2026-11-30T08:00:00Z', last_contact: at('00'), values: { speed: { value: 1, time: '2026-11-30T08:00:00Z' } } });
  merge(device, frame('2026-11-30T08:00:01Z', 2, at('01')));
  merge(device, frame('2026-11-30T08:00:02Z', 3, at('02')));
  assert.equal(speed(device), 3);
  merge(device, frame('2026-11-30T06:59:00Z', 0, at('03')));
  assert.equal(speed(device), 3);
});

test('what is loaded anew does not put back what came since', () => {
  const before = known(at('05'), 5);
  const loaded = adopt({ state: 'online', last_time: at('04'), last_contact: at('04'), status: 'old',
    values: { speed: { value: 4, time: at('04') }, fuel: { value: 7, time: at('04') } } }, before);
  assert.deepEqual([speed(loaded), loaded.values.fuel.value, loaded.last_contact, loaded.state], [5, 7, at('05'), 'online']);
  const newer = adopt({ last_time: at('06'), last_contact: at('06'), values: { speed: { value: 6, time: at('06') } } }, before);
  assert.equal(speed(newer), 6);
  assert.equal(speed(adopt({ state: 'dark' }, before)), 5);
});

test('a plot goes on after a point in the future', () => {
  const points = [];
  assert.ok(append(points, 1000, 1, 1000, 10));
  assert.ok(append(points, 9_000_000, 99, 1500, 10));
  assert.ok(append(points, 2000, 2, 2000, 10));
  assert.deepEqual(points.map(([time]) => time), [1000, 2000]);
  assert.equal(append(points, 1500, 3, 2500, 10), false);
  for (let time = 3000; time < 20_000; time += 1000) append(points, time, 1, time, 10);
  assert.equal(points.length, 10);
});
