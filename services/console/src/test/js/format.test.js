import assert from 'node:assert/strict';
import { test } from 'node:test';
import { instantOf, number, off, span, worst } from '../../main/resources/org/perilune/console/assets/format.js';

const device = (state, battery) => ({ state, values: { battery: { value: battery } },
  parameters: [{ name: 'battery', unit: '%', warning_low: 40, critical_low: 20 }] });

test('the worst limit of a device', () => {
  assert.deepEqual(worst(device('online', 50)), { kind: 'none', text: 'within limits' });
  assert.deepEqual(worst(device('online', 31)), { kind: 'warning', text: 'battery 31.00 %' });
  assert.deepEqual(worst(device('late', 10)), { kind: 'critical', text: 'battery 10.00 %' });
});

test('a device that is not heard from is not called within its limits', () => {
  for (const state of ['dark', 'stale', 'unknown', undefined]) assert.equal(worst(device(state, 50)).kind, 'unknown', String(state));
  assert.deepEqual(worst(device('dark', 10)), { kind: 'critical', text: 'battery 10.00 % when last heard' });
});

test('numbers keep their width', () => {
  assert.deepEqual([1234567, 123.456, 1.5, -0.25, 0.00001, 1e13].map((one) => number(one)),
    ['1\u202f234\u202f567', '123.5', '1.50', '−0.2500', '1.000e−5', '1.000e+13']);
});

test('one unit of time is enough', () => {
  assert.deepEqual([-5, 4000, 90_000, 5_400_000, 400_000_000].map(span), ['0 s', '4 s', '2 min', '2 h', '5 d']);
});

test('how far a clock is off', () => {
  assert.deepEqual([null, undefined, 0, 7200, -86400 * 3].map(off), ['', '', '', 'clock 2 h ahead', 'clock 3 d behind']);
});

test('instants as people type them', () => {
  for (const typed of ['2026-11-21', '2026-11-21 00:00', '2026-11-21 00:00:00', '2026-11-21T00:00:00Z', '2026-11-21 00:00:00 UTC']) {
    assert.equal(Date.parse(instantOf(typed)), Date.UTC(2026, 10, 21), typed);
  }
});
