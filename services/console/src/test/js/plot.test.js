import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shown, wanted } from '../../main/resources/org/perilune/console/assets/plotaddress.js';
import { axis, caveat, columns, gutter, inWords, nothing, powerLabels, view } from '../../main/resources/org/perilune/console/assets/plotdata.js';

const HOUR = 3_600_000;

test('a plot says what it does not know yet, and what it could not read', () => {
  assert.match(nothing({ read: null, failed: '' }, 0, HOUR, false), /Being read/);
  assert.match(nothing({ read: null, failed: 'away' }, 0, HOUR, false), /cannot be read just now/);
  assert.equal(nothing({ read: null, failed: 'refused', why: 'No such parameter' }, 0, HOUR, false), 'No such parameter');
  assert.match(nothing({ read: [0, HOUR, 0], failed: '' }, 0, HOUR, false), /No telemetry/);
  assert.match(nothing({ read: [0, HOUR, 0], failed: '' }, -HOUR, HOUR, false), /Being read/);
  assert.match(nothing({ read: [0, HOUR, 0], failed: '' }, 60_000, HOUR + 60_000, true), /No telemetry/);
});

test('what is not whole is said', () => {
  assert.equal(caveat({ read: [0, 1, 2], failed: '', complete: true }), '');
  assert.match(caveat({ read: [0, 1, 2], failed: '', complete: false }), /not all/);
  assert.match(caveat({ read: [0, 1, HOUR], failed: 'away' }), /not read anew since 01:00:00/);
});

test('labels of large numbers get the room they need', () => {
  const { labels } = view([[0, 10_000_000, 12_345_678]], 0, 0, 1);
  assert.deepEqual(labels.map((one) => one.text), ['10\u202f000\u202f000', '11\u202f172\u202f839', '12\u202f345\u202f678']);
  assert.equal(gutter(30), 64);
  assert.ok(gutter(80) >= 88);
});

test('neighbours on an axis differ', () => {
  const { labels } = view([[0, 1, 1], [1, 1.0001, 1.0001]], 0, 0, 1);
  assert.equal(new Set(labels.map((one) => one.text)).size, 3);
});

test('a plot has words for whoever does not see it', () => {
  const parameter = { name: 'altitude', unit: 'km' };
  const points = [[1000, 100, 120], [2000, 90, 90]];
  assert.equal(inWords(parameter, view(points, 0, 0, 3000), 0, 3000, '', 'not all'),
    '1970-01-01 00:00:00 UTC to 1970-01-01 00:00:03 UTC: 2 values from 90.00 to 120.0 km, the last 90.00 km at 00:00:02. Attention: not all.');
  assert.match(inWords(parameter, null, 0, 3000, 'Being read', ''), /: Being read\.$/);
});

test('an axis shows what was chosen, and powers of ten only of what is above 0', () => {
  const some = view([[0, 1, 1000]], 0, 0, 1);
  assert.deepEqual(axis(some, null, false), { low: some.low, high: some.high, log: false, whole: true });
  assert.deepEqual(axis(some, [10, 20], false), { low: 10, high: 20, log: false, whole: false });
  assert.deepEqual(axis(some, null, true), { low: 0.8, high: 1250, log: true, whole: true });
  assert.deepEqual(axis(some, [-5, 20], true), { low: 0.8, high: 1250, log: true, whole: true });
  assert.equal(axis(view([[0, 0, 1000]], 0, 0, 1), null, true).log, false);
});

test('a logarithmic axis is labelled at powers of ten, or at three places', () => {
  assert.deepEqual(powerLabels(0.5, 1500), [1, 10, 100, 1000]);
  assert.deepEqual(powerLabels(4, 9), [4, 6, 9]);
});

test('a line ends where nothing was reported for long', () => {
  assert.deepEqual(columns([[0, 1, 3], [10, 4, 4]], [[100, 5, 5]], 10, 30),
    [[5, 15, 30, 100], [2, 4, null, 5], [1, 4, null, 5], [3, 4, null, 5]]);
  assert.deepEqual(columns([], [], 10, 30), [[], [], [], []]);
});

test('an address says again what was shown', () => {
  const live = { panels: new Map([['a b', { log: true }], ['c', {}]]), span: HOUR, following: true, from: 0, to: HOUR };
  assert.equal(shown(live).toString(), 'parameter=a+b&parameter=c&log=a+b&span=3600');
  assert.deepEqual(wanted(shown(live)), { span: HOUR });
  assert.deepEqual(wanted(shown({ ...live, following: false })), { from: 0, to: HOUR });
  assert.deepEqual(shown({ ...live, panels: new Map() }).getAll('parameter'), ['']);
  for (const bad of ['', 'span=x', 'span=-1', 'from=1&to=0', 'from=2026-11-30T00:00:00Z']) assert.deepEqual(wanted(new URLSearchParams(bad)), {}, bad);
});
