import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { Hub, address, wishes } from '../../main/resources/org/perilune/console/assets/livehub.js';

// Stands for an EventSource: what the console would send is said by hand.
class Stream {
  constructor(path) {
    this.path = decodeURIComponent(path);
    this.readyState = 1;
    this.heard = {};
  }

  addEventListener(type, go) { this.heard[type] = go; }
  close() { this.readyState = 2; }
  say(type, data) { this.heard[type]({ data: JSON.stringify(data) }); }
  live(...sources) { sources.forEach((source) => this.say('live', { source })); }
}

let streams;
let waiting;
let hub;
let ended;
let clock;
let look;
beforeEach(() => {
  streams = [];
  waiting = [];
  ended = false;
  clock = 0;
  hub = new Hub((path) => { streams.push(new Stream(path)); return streams.at(-1); }, async () => ended,
    { timeout: (go, millis) => waiting.push([go, millis]), every: (go) => { look = go; }, now: () => clock });
});
const pass = () => waiting.splice(0).forEach(([go]) => go());
const open = () => streams.filter((one) => one.readyState !== 2);

function page(id, ...sources) {
  const said = [];
  hub.here(id, sources, (type, data) => said.push([type, data.source || data]));
  return said;
}
const frames = (...devices) => ({ frames: devices.map((device) => ({ device })), skipped: 0 });

test('what pages follow together is one wish', () => {
  assert.equal(decodeURIComponent(address(wishes([['telemetry/b', 'commands'], ['telemetry/a', 'telemetry/b', 'commands/a']]))),
    '/live?source=commands&source=telemetry/a&source=telemetry/b');
  assert.equal(address(wishes([['telemetry/a'], ['telemetry']])), '/live?source=telemetry');
  assert.equal(address(wishes([Array.from({ length: 30 }, (_, index) => 'telemetry/d' + index)])), '/live?source=telemetry');
});

test('ten pages at once are one connection, and each hears what is its own', () => {
  const said = Array.from({ length: 10 }, (_, index) => page(index, 'telemetry/d' + index));
  const log = page('log', 'log');
  pass();
  assert.equal(streams.length, 1);
  streams[0].live('telemetry', 'log');
  streams[0].say('frames', frames('d3', 'd7'));
  assert.deepEqual(said[3], [['live', 'telemetry'], ['frames', frames('d3')]]);
  assert.deepEqual(said[0], [['live', 'telemetry']]);
  assert.deepEqual(log, [['live', 'log']]);
});

test('a page that follows something new disturbs no other, and no event gets lost meanwhile', () => {
  const first = page(1, 'telemetry');
  pass();
  streams[0].live('telemetry');
  const second = page(2, 'commands');
  pass();
  assert.equal(open().length, 2);
  streams[0].say('frames', frames('a'));
  streams[1].live('telemetry');
  assert.equal(open().length, 2);
  streams[1].live('commands');
  assert.deepEqual(open(), [streams[1]]);
  streams[1].say('frames', frames('b'));
  assert.deepEqual(first, [['live', 'telemetry'], ['frames', frames('a')], ['frames', frames('b')]]);
  assert.deepEqual(second, [['live', 'commands']]);
});

test('a page that follows what is followed already is live at once', () => {
  page(1, 'telemetry');
  pass();
  streams[0].live('telemetry');
  assert.deepEqual(page(2, 'telemetry/a'), [['live', 'telemetry']]);
  pass();
  assert.equal(streams.length, 1);
});

test('what nobody follows any more is left', () => {
  page(1, 'telemetry');
  page(2, 'commands');
  pass();
  streams[0].live('telemetry', 'commands');
  hub.leave(1);
  pass();
  streams[1].live('commands');
  assert.deepEqual(open().map((one) => one.path), ['/live?source=commands']);
  hub.leave(2);
  assert.deepEqual(open(), []);
});

test('a break is told, and so is the end of it', () => {
  const said = page(1, 'telemetry');
  pass();
  streams[0].live('telemetry');
  streams[0].readyState = 0;
  streams[0].onerror();
  streams[0].live('telemetry');
  assert.deepEqual(said.map(([type]) => type), ['live', 'away', 'live']);
  assert.equal(streams.length, 1);
});

test('a source that was opened anew behind our back is told: what it said meanwhile is missing', () => {
  const said = page(1, 'telemetry');
  pass();
  streams[0].live('telemetry');
  streams[0].live('telemetry');
  assert.deepEqual(said.map(([type]) => type), ['live', 'live']);
});

test('one service that is away is told to whoever follows it', () => {
  const telemetry = page(1, 'telemetry');
  const commands = page(2, 'commands');
  pass();
  streams[0].live('telemetry');
  streams[0].say('away', { source: 'commands' });
  assert.deepEqual(telemetry, [['live', 'telemetry']]);
  assert.deepEqual(commands, [['away', 'commands']]);
});

test('a connection that has gone silent is opened anew', () => {
  const said = page(1, 'telemetry');
  pass();
  streams[0].live('telemetry');
  clock += 30_000;
  look();
  assert.equal(streams.length, 1);
  clock += 30_000;
  look();
  assert.deepEqual(open(), [streams[1]]);
  assert.deepEqual(said.map(([type]) => type), ['live', 'away']);
});

test('a refused stream is tried again, unless the session has ended', async () => {
  const said = page(1, 'telemetry');
  pass();
  streams[0].readyState = 2;
  await streams[0].onerror();
  await null;
  pass();
  assert.equal(streams.length, 2);
  ended = true;
  streams[1].readyState = 2;
  await streams[1].onerror();
  await null;
  assert.deepEqual(said.map(([type]) => type), ['away', 'ended']);
});

test('the end of the session is told to all, and nothing stays open', () => {
  const said = [page(1, 'telemetry'), page(2, 'log')];
  pass();
  streams[0].say('ended', {});
  assert.deepEqual(said.map((one) => one.at(-1)[0]), ['ended', 'ended']);
  assert.deepEqual(open(), []);
});

test('a page that crashed is forgotten', () => {
  page(1, 'telemetry');
  pass();
  clock += 400_000;
  look();
  assert.deepEqual(open(), []);
});
