import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RETRIES, Sender } from '../../main/resources/org/perilune/console/assets/sender.js';

const STOP = { device: 'lunar-module', command_type: 'EMERGENCY_STOP' };
const taken = { ok: true, status: 202, body: {} };
const silence = { ok: false, status: 0, body: {} };
const away = { ok: false, status: 503, body: {} };

// A service that gives these answers one after the other, the last for good; time passes only while a sender waits.
function service(answers, options = {}) {
  const clock = { millis: 1000 };
  const keys = [];
  const sender = new Sender(async (body, key) => {
    keys.push(key);
    return answers.length > 1 ? answers.shift() : answers[0];
  }, { ...options, now: () => clock.millis, pause: async (millis) => { clock.millis += millis; } });
  return { sender, clock, keys, different: () => new Set(keys).size };
}

test('a press that was never answered is one command, and a later press another', async () => {
  const { sender, clock, keys, different } = service([silence]);
  const waits = [];
  const answer = await sender.send(STOP, (one) => waits.push(one.status));
  assert.equal(answer.unknown, true);
  assert.ok(keys.length > 1 && waits.length === keys.length - 1, 'sent again by itself, and said so');
  assert.equal(different(), 1);
  clock.millis += 3_600_000;
  await sender.send(STOP);
  assert.equal(different(), 2);
});

test('it is sent again only for the time that is stated', async () => {
  const { sender, clock } = service([silence]);
  const begun = clock.millis;
  await sender.send(STOP);
  assert.ok(clock.millis - begun <= RETRIES);
});

test('a press right after an unanswered one is a new command', async () => {
  const { sender, different } = service([{ ok: false, status: 504, body: {} }]);
  await sender.send(STOP);
  await sender.send(STOP);
  assert.equal(different(), 2);
});

test('what is answered at the second try was one command', async () => {
  const { sender, keys, different } = service([silence, taken]);
  const answer = await sender.send(STOP);
  assert.ok(answer.ok);
  assert.deepEqual([keys.length, different()], [2, 1]);
});

test('a double press is one command, and a press a second later another', async () => {
  const { sender, clock, keys } = service([taken]);
  await Promise.all([sender.send(STOP), sender.send(STOP)]);
  await sender.send(STOP);
  assert.equal(keys.length, 1);
  clock.millis += 1001;
  await sender.send(STOP);
  assert.equal(keys.length, 2);
});

test('a refusal is not repeated, and the next press is new', async () => {
  const { sender, keys, different } = service([{ ok: false, status: 422, body: {} }]);
  await sender.send(STOP);
  await sender.send(STOP);
  assert.deepEqual([keys.length, different()], [2, 2]);
});

test('a service that says it changed nothing leaves nothing unknown', async () => {
  const { sender } = service([away]);
  assert.equal((await sender.send(STOP)).unknown, false);
  const { sender: other } = service([silence, away]);
  assert.equal((await other.send(STOP)).unknown, true);
});

test('a text stays one entry when it is sent again, for the time that is stated and no longer', async () => {
  const { sender, clock, different } = service([silence], { keep: 600_000 });
  await sender.send({ text: 'Landed.' });
  clock.millis += 500_000;
  await sender.send({ text: 'Landed.' });
  assert.equal(different(), 1);
  clock.millis += 700_000;
  await sender.send({ text: 'Landed.' });
  assert.equal(different(), 2);
  await sender.send({ text: 'Landed, all well.' });
  assert.equal(different(), 3);
});
