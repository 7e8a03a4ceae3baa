// @ts-check
// Plots of several values over one time axis: history as a band of least and greatest, and the live tail.
import { make } from './dom.js';
import { local, number, say, utc } from './format.js';
import { now } from './now.js';
import { Chart } from './chart.js';
import { keys, listen } from './plotcontrols.js';
import { axis, caveat, columns, gutter, inWords, nothing, view } from './plotdata.js';
import { append } from './values.js';

const TAIL = 2000;
const RETRY = 5000;
/**
 * @typedef {{
 *   parameter: Parameter, figure: HTMLElement, chart: Chart, note: HTMLElement, words: HTMLElement, all: HTMLButtonElement,
 *   powers: HTMLButtonElement, log: boolean, chosen: readonly [number, number] | null, history: Point[], tail: Point[],
 *   bucket: number, asked: number, read: number[] | null, failed: string, why?: string, complete?: boolean,
 *   again?: ReturnType<typeof setTimeout>, shown: ReturnType<typeof view>, empty: string }} Panel
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

  /** @param {Parameter} parameter @param {boolean} [log] whether values go by powers of ten */
  add(parameter, log = false) {
    if (this.panels.has(parameter.name) || this.panels.size >= 8) return;
    const note = make('span', { class: 'hint' });
    const words = make('p', { class: 'unseen', id: 'plot-words-' + ++count });
    const all = make('button', { type: 'button', class: 'quiet', hidden: '' }, 'All values');
    const powers = make('button', { type: 'button', class: 'quiet', 'aria-label': `Logarithmic axis of ${parameter.name}` }, 'log');
    const place = make('div', { class: 'chart', 'aria-hidden': 'true' });
    const figure = make('figure', { tabindex: '0', role: 'group', 'aria-describedby': words.id,
      'aria-label': `Plot of ${parameter.name}; plus and minus zoom, arrows pan, 0 returns to now and to all values` },
    make('figcaption', {}, parameter.unit ? `${parameter.name}, ${parameter.unit} ` : parameter.name + ' ', powers, ' ', all, ' ', note), place, words);
    this.host.append(figure);
    const chart = new Chart(place, {
      hovered: (time) => { this.hover = time; this.read(); },
      times: (from, to) => this.show(from, to),
      values: (low, high) => this.choose(panel, [low, high]),
    });
    /** @type {Panel} */
    const panel = { parameter, figure, chart, note, words, all, powers, log, chosen: null, history: [], tail: [], bucket: 0, asked: 0, read: null, failed: '', complete: true, shown: null, empty: '' };
    this.panels.set(parameter.name, panel);
    all.addEventListener('click', () => this.choose(panel, null));
    powers.addEventListener('click', () => this.switchPowers(panel));
    keys(this, panel);
    this.load(panel);
    this.changed();
  }

  /** @param {string} name */
  remove(name) {
    const panel = this.panels.get(name);
    if (!panel) return;
    panel.chart.close();
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
      const palette = colours();
      let widest = 0;
      for (const panel of this.panels.values()) {
        panel.shown = view(panel.history.concat(panel.tail), panel.bucket, this.from, this.to);
        panel.empty = nothing(panel, this.from, this.to, this.following);
        const note = caveat(panel);
        say(panel.note, note && '· ' + note);
        say(panel.words, inWords(panel.parameter, panel.shown, this.from, this.to, panel.empty, note));
        for (const { text } of panel.shown?.labels || []) widest = Math.max(widest, measured(text));
      }
      this.left = gutter(widest);
      for (const panel of this.panels.values()) this.paint(panel, palette);
    });
  }

  /** @param {Panel} panel @param {ReturnType<typeof colours>} palette */
  paint(panel, palette) {
    const { parameter, shown, chosen, history, tail, bucket } = panel;
    const { low, high, log, whole } = shown ? axis(shown, chosen, panel.log) : { low: 0, high: 1, log: false, whole: true };
    panel.all.hidden = whole;
    panel.powers.setAttribute('aria-pressed', String(panel.log));
    panel.powers.disabled = !panel.log && !!shown && shown.least <= 0;
    const limits = [[parameter.warning_low, palette.warning], [parameter.warning_high, palette.warning],
      [parameter.critical_low, palette.critical], [parameter.critical_high, palette.critical]];
    const anew = panel.chart.draw({
      from: this.from, to: this.to, low, high, log, gutter: this.left, palette, empty: shown ? '' : panel.empty,
      labels: shown ? (whole ? shown.labels : null) : [],
      limits: /** @type {[number, string][]} */ (limits.filter(([limit]) => typeof limit === 'number')),
    }, columns(history, tail, bucket, Math.max(bucket * 2.5, 5 * (this.interval || 1000), this.span / 200)));
    if (anew && panel.chart.over) listen(this, panel, panel.chart.over);
  }

  // Values between which a plot is shown; null shows all.
  /** @param {Panel} panel @param {readonly [number, number] | null} chosen */
  choose(panel, chosen) {
    panel.chosen = chosen;
    this.draw();
  }

  /** @param {Panel} panel */
  switchPowers(panel) {
    panel.log = !panel.log;
    panel.chosen = null;
    this.changed();
    this.draw();
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

function colours() {
  const style = getComputedStyle(document.documentElement);
  /** @param {string} name */
  const colour = (name) => style.getPropertyValue(name).trim();
  return { data: colour('--data'), grid: colour('--line'), text: colour('--dim'), warning: colour('--warning'), critical: colour('--critical') };
}

const ruler = /** @type {CanvasRenderingContext2D} */ (document.createElement('canvas').getContext('2d'));
/** @param {string} text */
function measured(text) {
  ruler.font = '12px Inter, sans-serif';
  return ruler.measureText(text).width;
}
