// @ts-check
// Plots of several values over one time axis: history as a band of least and greatest, and the live tail.
import { make } from './dom.js';
import { clock, local, number, say, utc } from './format.js';
import { now } from './now.js';
import { listen } from './plotcontrols.js';
import { caveat, gutter, inWords, nothing, view } from './plotdata.js';
import { append } from './values.js';

const TAIL = 2000;
const RETRY = 5000;
const FONT = '12px Inter, sans-serif';
const HEIGHT = 136;
const BOTTOM = 20;
const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800,
  604800, 1209600, 2592000, 7776000].map((seconds) => seconds * 1000);

const context = (/** @type {HTMLCanvasElement} */ canvas) => /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
/**
 * @typedef {{ kind: string, x: number, now: number, from: number, to: number, at: number }} Drag
 * @typedef {{
 *   parameter: Parameter, figure: HTMLElement, canvas: HTMLCanvasElement, note: HTMLElement, words: HTMLElement,
 *   history: Point[], tail: Point[], bucket: number, asked: number, drag: Drag | null, read: number[] | null, failed: string,
 *   why?: string, complete?: boolean, again?: ReturnType<typeof setTimeout>, shown: ReturnType<typeof view>, empty: string }} Panel
 * @typedef {{ data: string, grid: string, text: string, warning: string, critical: string, select: string }} Palette
 */
let count = 0;
export class Plots {
  // changed(): other plots, or another time, are shown.
  /** @param {HTMLElement} host @param {HTMLElement} readout @param {string} device @param {() => void} [changed] */
  constructor(host, readout, device, changed = () => {}) {
    this.host = host;
    this.readout = readout;
    this.device = device;
    this.changed = changed;
    this.left = gutter(0);
    /** @type {Map<string, Panel>} */
    this.panels = new Map();
    this.span = 900000;
    this.following = true;
    this.to = now();
    /** @type {number | null} */
    this.hover = null;
    /** @type {number | undefined} */
    this.interval = undefined;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.lateTimer = undefined;
    this.pending = false;
    addEventListener('theme', () => this.draw());
    new ResizeObserver(() => this.draw()).observe(host);
  }

  get from() { return this.to - this.span; }

  /** @param {Parameter} parameter */
  add(parameter) {
    if (this.panels.has(parameter.name) || this.panels.size >= 8) return;
    const note = make('span', { class: 'hint' });
    const words = make('p', { class: 'unseen', id: 'plot-words-' + ++count });
    const canvas = make('canvas', { 'aria-hidden': 'true' });
    const figure = make('figure', { tabindex: '0', role: 'group', 'aria-describedby': words.id,
      'aria-label': `Plot of ${parameter.name}; plus and minus zoom, arrows pan, 0 returns to now` },
    make('figcaption', {}, parameter.unit ? `${parameter.name}, ${parameter.unit} ` : parameter.name + ' ', note), canvas, words);
    this.host.append(figure);
    /** @type {Panel} */
    const panel = { parameter, figure, canvas, note, words, history: [], tail: [], bucket: 0, asked: 0, drag: null, read: null, failed: '', complete: true, shown: null, empty: '' };
    this.panels.set(parameter.name, panel);
    listen(this, panel);
    this.load(panel);
    this.changed();
  }

  /** @param {string} name */
  remove(name) {
    const panel = this.panels.get(name);
    if (!panel) return;
    panel.figure.remove();
    clearTimeout(panel.again);
    this.panels.delete(name);
    this.changed();
  }

  /** @param {number} from @param {number} to @param {boolean} [following] */
  show(from, to, following = false) {
    this.span = Math.min(Math.max(to - from, 1000), 20 * 31536000000);
    this.to = to;
    this.following = following;
    this.host.dataset.span = String(Math.round(this.span));
    this.changed();
    this.draw();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.reload(), 120);
  }

  /** @param {number} factor @param {number} [at] */
  zoom(factor, at = this.following ? this.to : this.to - this.span / 2) {
    const share = (this.to - at) / this.span;
    const span = this.span * factor;
    this.show(at - span * (1 - share), at + span * share, this.following && share < 0.001);
  }

  /** @param {number} share */
  pan(share) { this.show(this.from + this.span * share, this.to + this.span * share); }

  now(span = this.span) { this.show(now() - span, now(), true); }

  reload() { for (const panel of this.panels.values()) this.load(panel); }

  late() {
    clearTimeout(this.lateTimer);
    this.lateTimer = setTimeout(() => this.reload(), 1500);
  }

  /** @param {Panel} panel */
  async load(panel) {
    const asked = ++panel.asked;
    const pixels = Math.max(100, Math.min(2000, Math.round(this.host.clientWidth - this.left)));
    const query = new URLSearchParams({ device: this.device, parameter: panel.parameter.name, pixels: String(pixels),
      from: new Date(this.from).toISOString(), to: new Date(this.to + 1).toISOString() });
    const range = [this.from, this.to];
    clearTimeout(panel.again);
    const answer = await fetch('/series?' + query).catch(() => null);
    const body = answer ? await answer.json().catch(() => null) : null;
    if (asked !== panel.asked) return;
    if (!answer?.ok || !body) {
      panel.failed = answer && answer.status >= 400 && answer.status < 500 ? 'refused' : 'away';
      panel.why = body?.detail;
      if (panel.failed === 'away' && this.panels.has(panel.parameter.name)) panel.again = setTimeout(() => this.load(panel), RETRY);
      this.draw();
      return;
    }
    const series = body;
    panel.failed = '';
    panel.complete = series.complete;
    panel.read = [...range, now()];
    panel.history = series.points;
    panel.bucket = series.bucket_seconds * 1000;
    const end = series.points.length ? series.points.at(-1)[0] + panel.bucket : 0;
    panel.tail = panel.tail.filter((point) => point[0] > end);
    this.draw();
  }

  /** @param {number} time @param {Record<string, any>} values @param {number} received */
  append(time, values, received) {
    for (const [name, value] of Object.entries(values)) {
      const panel = this.panels.get(name);
      if (!panel || typeof value !== 'number') continue;
      append(panel.tail, time, value, received, Infinity);
      if (panel.tail.length > TAIL) { panel.tail.splice(0, TAIL / 2); this.late(); }
    }
    this.draw();
  }

  draw() {
    if (this.pending) return;
    this.pending = true;
    requestAnimationFrame(() => {
      this.pending = false;
      if (this.following) this.to = now();
      const style = getComputedStyle(document.documentElement);
      /** @param {string} name */
      const colour = (name) => style.getPropertyValue(name).trim();
      const palette = { data: colour('--data'), grid: colour('--line'), text: colour('--dim'),
        warning: colour('--warning'), critical: colour('--critical'), select: colour('--raised') };
      let widest = 0;
      for (const panel of this.panels.values()) {
        panel.shown = view(panel.history.concat(panel.tail), panel.bucket, this.from, this.to);
        panel.empty = nothing(panel, this.from, this.to, this.following);
        const note = caveat(panel);
        say(panel.note, note && '· ' + note);
        say(panel.words, inWords(panel.parameter, panel.shown, this.from, this.to, panel.empty, note));
        const g = context(panel.canvas);
        g.font = FONT;
        for (const { text } of panel.shown?.labels || []) widest = Math.max(widest, g.measureText(text).width);
      }
      this.left = gutter(widest);
      for (const panel of this.panels.values()) this.paint(panel, palette);
    });
  }

  /** @param {Panel} panel @param {Palette} palette */
  paint(panel, palette) {
    const width = this.host.clientWidth;
    if (!width) return;
    const ratio = devicePixelRatio || 1;
    const { canvas } = panel;
    if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(HEIGHT * ratio)) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(HEIGHT * ratio);
    }
    const g = context(canvas);
    g.setTransform(ratio, 0, 0, ratio, 0, 0);
    g.clearRect(0, 0, width, HEIGHT);
    const points = panel.history.concat(panel.tail);
    const half = panel.bucket / 2;
    g.font = FONT;
    /** @param {number} time */
    const x = (time) => this.left + (time - this.from) / this.span * (width - this.left);
    this.timeAxis(g, palette, x, width);
    if (!panel.shown) {
      g.fillStyle = palette.text;
      g.textAlign = 'center';
      g.fillText(panel.empty, this.left + (width - this.left) / 2, (HEIGHT - BOTTOM) / 2);
      return;
    }
    const { low, high, labels } = panel.shown;
    /** @param {number} value */
    const y = (value) => HEIGHT - BOTTOM - (value - low) / (high - low) * (HEIGHT - BOTTOM - 8);
    g.textAlign = 'right';
    for (const { value, text } of labels) {
      g.fillStyle = palette.text;
      g.fillText(text, this.left - 8, y(value) + 4);
      g.strokeStyle = palette.grid;
      line(g, this.left, y(value), width, y(value));
    }
    g.save();
    g.beginPath();
    g.rect(this.left, 0, width - this.left, HEIGHT - BOTTOM);
    g.clip();
    const { warning_low: low1, warning_high: high1, critical_low: low2, critical_high: high2 } = panel.parameter;
    for (const [limit, colour] of /** @type {const} */ ([[low1, palette.warning], [high1, palette.warning], [low2, palette.critical], [high2, palette.critical]])) {
      if (typeof limit !== 'number' || limit < low || limit > high) continue;
      g.strokeStyle = colour;
      g.setLineDash([4, 4]);
      line(g, this.left, y(limit), width, y(limit));
      g.setLineDash([]);
    }
    const gap = Math.max(panel.bucket * 2.5, 5 * (this.interval || 1000), this.span / 200);
    g.lineWidth = 1.5;
    g.strokeStyle = palette.data;
    g.fillStyle = palette.data;
    /** @type {number | null} */
    let last = null;
    g.beginPath();
    for (const [start, min, max] of points) {
      const time = start >= (panel.tail[0]?.[0] ?? Infinity) ? start : start + half;
      if (time < this.from - gap || time > this.to + gap) { last = time < this.from ? time : last; continue; }
      const joined = last !== null && time - last <= gap;
      const px = x(time);
      if (joined) g.lineTo(px, y((min + max) / 2)); else { g.moveTo(px, y((min + max) / 2)); g.lineTo(px + 0.5, y((min + max) / 2)); }
      if (y(min) - y(max) > 1) { g.moveTo(px, y(min)); g.lineTo(px, y(max)); g.moveTo(px, y((min + max) / 2)); }
      last = time;
    }
    g.stroke();
    if (panel.drag && panel.drag.kind === 'zoom') {
      g.globalAlpha = 0.5;
      g.fillStyle = palette.select;
      g.fillRect(Math.min(panel.drag.x, panel.drag.now), 0, Math.abs(panel.drag.now - panel.drag.x), HEIGHT - BOTTOM);
      g.globalAlpha = 1;
    }
    if (this.hover !== null) {
      g.strokeStyle = palette.text;
      g.lineWidth = 1;
      line(g, x(this.hover), 0, x(this.hover), HEIGHT - BOTTOM);
    }
    g.restore();
  }

  /** @param {CanvasRenderingContext2D} g @param {Palette} palette @param {(time: number) => number} x @param {number} width */
  timeAxis(g, palette, x, width) {
    const step = STEPS.find((one) => this.span / one <= Math.max(2, (width - this.left) / 96)) || 31536000000;
    g.fillStyle = palette.text;
    g.textAlign = 'center';
    g.lineWidth = 1;
    for (let time = Math.ceil(this.from / step) * step; time <= this.to; time += step) {
      g.strokeStyle = palette.grid;
      line(g, x(time), 0, x(time), HEIGHT - BOTTOM);
      const text = step >= 86400000 ? new Date(time).toISOString().slice(0, 10)
        : step >= 60000 ? clock(time).slice(0, 5) : clock(time);
      if (x(time) > this.left + 24 && x(time) < width - 28) g.fillText(text, x(time), HEIGHT - 4);
    }
  }

  read() {
    if (this.hover === null) { this.readout.textContent = '\u00a0'; this.readout.title = ''; return; }
    const found = [];
    const at = this.hover;
    for (const { parameter, history, tail } of this.panels.values()) {
      /** @type {Point | null} */
      let nearest = null;
      for (const point of history.concat(tail)) {
        if (!nearest || Math.abs(point[0] - at) < Math.abs(nearest[0] - at)) nearest = point;
      }
      if (!nearest || Math.abs(nearest[0] - at) > this.span / 20) continue;
      const [, min, max] = nearest;
      found.push(`${parameter.name} ${min === max ? number(min) : number(min) + ' to ' + number(max)} ${parameter.unit || ''}`);
    }
    this.readout.textContent = [`${utc(at)} (${local(at)})`, ...found].join('  ·  ');
  }
}

/** @type {(g: CanvasRenderingContext2D, x1: number, y1: number, x2: number, y2: number) => void} */
function line(g, x1, y1, x2, y2) {
  g.beginPath();
  g.moveTo(x1, Math.round(y1) + 0.5);
  g.lineTo(x2, Math.round(y2) + 0.5);
  g.stroke();
}
