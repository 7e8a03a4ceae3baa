// @ts-check
// The lanes of the timeline: a lane for each device, windows as bands, events as marks, and now as a line.
import { clock, local, mark, say, utc } from './format.js';
import { List } from './list.js';
import { set, svg } from './svg.js';
import { stateMark, word } from './wording.js';

const LEFT = 216;
const STRIP = 20;
const ROW = 24;
const ROWS = 3;
const HEAD = 32;
const BANDS = ['pass', 'loss-of-signal', 'shadow'];
const STEPS = [1, 5, 10, 30, 60, 180, 360, 720, 1440, 2880].map((minutes) => minutes * 60000);
// Drawn around 0,0; the same shapes as the words in the tables have.
/** @type {Record<string, string>} */
const SHAPES = {
  planned: 'M-5 0A5 5 0 1 1 5 0A5 5 0 1 1 -5 0', dispatching: 'M-5 0A5 5 0 1 1 5 0A5 5 0 1 1 -5 0M0 -5V5',
  dispatched: 'M-5 0A5 5 0 1 1 5 0A5 5 0 1 1 -5 0', passed: 'M-2 0A2 2 0 1 1 2 0A2 2 0 1 1 -2 0',
  missed: 'M-5 -5L5 5M-5 5L5 -5', failed: 'M-5 -5H5V5H-5Z', cancelled: 'M-5 0H5',
};

const measure = /** @type {CanvasRenderingContext2D} */ (document.createElement('canvas').getContext('2d'));
measure.font = '12px Inter, sans-serif';
/** @type {Map<string, number>} */
const widths = new Map();
/** @param {string} text @returns {number} */
function width(text) {
  const known = widths.get(text) ?? measure.measureText(text).width;
  if (widths.size > 5000) widths.clear();
  widths.set(text, known);
  return known;
}

/** @param {string} text @param {number} room */
function fitting(text, room) {
  if (width(text) <= room) return text;
  const letters = Math.floor(text.length * room / width(text)) - 1;
  return letters >= 4 ? text.slice(0, letters).trimEnd() + '…' : '';
}

/**
 * @typedef {{ id: number, x: number, height: number, text: string, midnight: boolean }} Tick
 * @typedef {{ id: string, name: string, x: number, top: number, full: number, kinds: string[] }} Lane
 * @typedef {{ id: string, kind: string, x: number, y: number, width: number, textX: number, text: string, title: string }} Band
 * @typedef {{ id: string, state: string, x: number, y: number, text: string, title: string }} Mark
 * @typedef {{ lanes: Lane[], bands: Band[], marks: Mark[] }} Drawn
 */
export class Lanes {
  /** @param {HTMLElement} host @param {(id: string) => void} open */
  constructor(host, open) {
    this.host = host;
    this.svg = svg('svg', { class: 'lanes', 'aria-hidden': 'true' }, host);
    this.clip = svg('rect', { x: LEFT, y: 0 }, svg('clipPath', { id: 'track' }, this.svg));
    const ticks = svg('g', {}, this.svg);
    const lanes = svg('g', {}, this.svg);
    const inside = svg('g', { 'clip-path': 'url(#track)' }, this.svg);
    const bands = svg('g', {}, inside);
    const marks = svg('g', {}, inside);
    this.ticks = new List(ticks, () => {
      const element = svg('g');
      return { element, line: svg('line', {}, element), text: svg('text', {}, element) };
    }, ({ element, line, text }, /** @type {Tick} */ tick) => {
      set(line, { x1: tick.x, x2: tick.x, y1: 24, y2: tick.height });
      set(text, { x: tick.x + 4, y: 26 });
      say(text, tick.text);
      set(element, { class: tick.midnight ? 'tick day' : 'tick' });
    });
    this.lanes = new List(lanes, () => {
      const element = svg('g', { class: 'lane' });
      const kinds = BANDS.map(() => svg('text', { class: 'kind', 'text-anchor': 'end' }, element));
      return { element, line: svg('line', {}, element), text: svg('text', { class: 'name' }, element), kinds };
    }, ({ line, text, kinds }, /** @type {Lane} */ lane) => {
      say(text, lane.name);
      set(text, { x: lane.x, y: lane.top + 21 });
      set(line, { x1: 0, x2: lane.full, y1: lane.top + 0.5, y2: lane.top + 0.5 });
      kinds.forEach((kind, index) => {
        say(kind, lane.kinds[index] || '');
        set(kind, { x: LEFT - 12, y: lane.top + 20 + index * STRIP });
      });
    });
    this.bands = new List(bands, () => {
      const element = svg('g');
      return { element, title: svg('title', {}, element), rect: svg('rect', { rx: 2, height: STRIP - 4 }, element), text: svg('text', {}, element) };
    }, ({ element, title, rect, text }, /** @type {Band} */ band) => {
      set(element, { class: 'band ' + band.kind });
      set(rect, { x: band.x, y: band.y, width: band.width });
      set(text, { x: band.textX, y: band.y + 12 });
      say(text, band.text);
      say(title, band.title);
    });
    this.marks = new List(marks, (/** @type {Mark} */ { id }) => {
      const element = svg('g');
      element.addEventListener('click', () => open(id));
      return { element, title: svg('title', {}, element), hit: svg('rect', { class: 'hit', x: -12, y: -12, height: 24 }, element),
        shape: svg('path', {}, element), text: svg('text', { x: 10, y: 4 }, element) };
    }, ({ element, title, hit, shape, text }, sign) => {
      set(element, { class: 'event s-' + sign.state, transform: `translate(${sign.x.toFixed(1)} ${sign.y})` });
      set(shape, { d: SHAPES[sign.state] || SHAPES.planned });
      set(hit, { width: sign.text ? 26 + width(sign.text) : 24 });
      say(text, sign.text);
      say(title, sign.title);
    });
    this.now = svg('line', { class: 'nowline' }, inside);
    this.nowText = svg('text', { class: 'nowtext', 'text-anchor': 'middle' }, this.svg);
  }

  /** @type {(events: TimelineEvent[], from: number, to: number, now: number) => number} */
  draw(events, from, to, now) {
    const full = Math.max(this.host.clientWidth, 320);
    const left = full < 600 ? 8 : LEFT;
    /** @type {Scale} */
    const x = (time) => left + (time - from) / (to - from) * (full - left);
    /** @type {Map<string, { event: TimelineEvent, time: number, until: number }[]>} */
    const byDevice = new Map();
    for (const event of events) {
      const time = Date.parse(event.time);
      const until = Date.parse(event.until || '') || time;
      if (until < from - (to - from) * 0.3 || time > to) continue;
      const name = event.device || 'no device';
      const lane = byDevice.get(name) || [];
      byDevice.set(name, lane);
      lane.push({ event, time, until });
    }
    /** @type {Drawn} */
    const drawn = { lanes: [], bands: [], marks: [] };
    let y = HEAD;
    for (const [name, entries] of [...byDevice].sort(([a], [b]) => (a < b ? -1 : 1))) y = this.lane(drawn, name, entries, y, x, left, full);
    const height = Math.max(y, HEAD + 64);
    set(this.svg, { width: full, height, viewBox: `0 0 ${full} ${height}` });
    set(this.clip, { x: left, width: full - left, height });
    const at = x(now);
    this.ticks.show(this.scale(from, to, x, height, full, at));
    this.lanes.show(drawn.lanes);
    this.bands.show(drawn.bands);
    this.marks.show(drawn.marks);
    const seen = at >= left && at <= full;
    set(this.now, { x1: at, x2: at, y1: 20, y2: height, display: seen ? 'inline' : 'none' });
    set(this.nowText, { x: Math.min(Math.max(at, left + 16), full - 16), y: 14, display: seen ? 'inline' : 'none' });
    say(this.nowText, 'now');
    return byDevice.size;
  }

  /**
   * @typedef {(time: number) => number} Scale
   * @param {Drawn} drawn @param {string} name @param {{ event: TimelineEvent, time: number, until: number }[]} entries @param {number} top
   * @param {Scale} x @param {number} left @param {number} full
   */
  lane(drawn, name, entries, top, x, left, full) {
    const kinds = BANDS.filter((kind) => entries.some(({ event }) => event.kind === kind));
    const narrow = left < LEFT;
    let y = top + (narrow ? ROW + 8 : 8);
    drawn.lanes.push({ id: name, name: narrow ? name : fitting(name, LEFT - 112), x: narrow ? left : 0, top, full, kinds: narrow ? [] : kinds.map(word) });
    for (const { event, time, until } of entries) {
      if (!kinds.includes(event.kind)) continue;
      const begin = x(time);
      const length = Math.max(x(until) - begin, 2);
      const above = y + kinds.indexOf(event.kind) * STRIP;
      const text = word(event.kind);
      const start = Math.max(begin, left);
      drawn.bands.push({ id: event.id, kind: event.kind, x: begin, y: above, width: length, textX: start + 6,
        text: narrow && begin + length - start > width(text) + 12 ? text : '',
        title: `${text}, ${event.device}: ${utc(time)} to ${utc(until)}, ${local(time)}` });
    }
    y += kinds.length * STRIP + 4;
    const points = entries.filter(({ event }) => !kinds.includes(event.kind)).sort((a, b) => a.time - b.time);
    /** @typedef {{ event: TimelineEvent, time: number, at: number, text: string, row: number, room: number }} Placed */
    /** @type {Placed[]} */
    const placed = [];
    /** @type {(Placed | null)[]} */
    const last = new Array(ROWS).fill(null);
    for (const { event, time } of points) {
      const at = x(time);
      const text = event.state === 'planned' || event.state === 'passed' ? event.name : `${event.name}, ${word(event.state)}`;
      // Where no name has ended yet, the one that began first gives way; the table has it in full.
      let row = last.findIndex((one) => !one || one.at + 26 + width(one.text) < at);
      if (row < 0) row = last.indexOf(last.reduce((a, b) => (a && b && b.at < a.at ? b : a)));
      const one = { event, time, at, text, row, room: full - at - 14 };
      const before = last[row];
      if (before) before.room = Math.min(before.room, at - before.at - 24);
      last[row] = one;
      placed.push(one);
    }
    for (const { event, time, at, text, row, room } of placed) {
      drawn.marks.push({ id: event.id, state: event.state, x: at, y: y + row * ROW + 12, text: fitting(text, room),
        title: `${event.name}, ${word(event.state)}: ${utc(time)}, ${local(time)}` });
    }
    return y + ROWS * ROW + 8;
  }

  /** @param {number} from @param {number} to @param {Scale} x @param {number} height @param {number} full @param {number} now */
  scale(from, to, x, height, full, now) {
    const apart = full < 600 ? 64 : 96;
    const step = STEPS.find((one) => one / (to - from) * full >= apart) || STEPS[STEPS.length - 1];
    /** @type {Tick[]} */
    const ticks = [];
    for (let time = Math.ceil(from / step) * step; time < to; time += step) {
      const midnight = time % 86400000 === 0;
      // Where the line of now stands, or the page ends, there is no room for it.
      const room = x(time) + 40 <= full && (now < x(time) - 16 || now > x(time) + 44);
      ticks.push({ id: time, x: x(time), height, midnight,
        text: !room ? '' : midnight ? new Date(time).toISOString().slice(5, 10) : clock(time).slice(0, 5) });
    }
    return ticks;
  }
}

/** @param {Element} span @param {TimelineEvent} event */
export function eventMark(span, event) {
  if (event.state === 'predicted') mark(span, 's-band-' + event.kind, 'predicted');
  else stateMark(span, event.state);
}
