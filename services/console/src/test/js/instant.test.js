import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ClockOffset, instant, order } from '../../main/resources/org/perilune/console/assets/instant.js';

const ASCENDING = ['2026-11-30T07:00:00Z', '2026-11-30T07:00:00.000001Z', '2026-11-30T07:00:00.000002Z', '2026-11-30T07:00:00.5Z',
  '2026-11-30T07:00:00.500001Z', '2026-11-30T07:00:01Z'];

test('instants with and without a fraction are in the order of time', () => {
  for (let i = 1; i < ASCENDING.length; i++) {
    assert.ok(instant(ASCENDING[i - 1]) < instant(ASCENDING[i]), ASCENDING[i]);
    assert.ok(order(ASCENDING[i - 1]) < order(ASCENDING[i]), ASCENDING[i]);
  }
});

test('an instant is the milliseconds that Date gives, whatever its zone', () => {
  assert.equal(instant('2026-11-30T07:00:00.25Z'), Date.parse('2026-11-30T07:00:00.250Z'));
  assert.equal(instant('2026-11-30T09:00:00.25+02:00'), Date.parse('2026-11-30T07:00:00.250Z'));
});

test('what is no instant is neither before nor after one', () => {
  for (const none of [null, undefined, '', 'soon']) assert.ok(Number.isNaN(instant(none)), String(none));
});

test("the server's clock is the one that counts", () => {
  const offset = new ClockOffset(3);
  assert.equal(offset.millis, 0);
  offset.told(61_000, 1_000);
  assert.equal(offset.millis, 60_000);
  offset.told(61_500, 2_000); // Half a second on its way.
  assert.equal(offset.millis, 60_000);
});

test('a clock that was set anew is followed', () => {
  const offset = new ClockOffset(3);
  offset.told(61_000, 1_000);
  for (const here of [62_000, 63_000, 64_000]) offset.told(here, here);
  assert.equal(offset.millis, 0);
});
