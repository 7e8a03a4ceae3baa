// @ts-check
// One plot, drawn by uPlot, which the page loads before: a line through the middles, a band from least to greatest, the parameter's limits.
import { clock, number } from './format.js';
import { powerLabels } from './plotdata.js';

const HEIGHT = 136;
const FONT = '12px Inter, sans-serif';
const DAY = 86400000;

/**
 * @typedef {{ data: string, grid: string, text: string, warning: string, critical: string }} Palette
 * @typedef {{
 *   from: number, to: number, low: number, high: number, log: boolean, gutter: number, empty: string, palette: Palette,
 *   labels: { value: number, text: string }[] | null, limits: (readonly [number, string])[] }} Shown
 * @typedef {{
 *   hovered: (time: number | null) => void, times: (from: number, to: number) => void,
 *   values: (low: number, high: number) => void }} Listeners
 */
export class Chart {
  /** @param {HTMLElement} host @param {Listeners} listeners */
  constructor(host, listeners) {
    this.host = host;
    this.listeners = listeners;
    /** @type {uPlot | null} */
    this.plot = null;
    /** @type {Shown | null} */
    this.shown = null;
  }

  // What lies over the values, for whoever listens to pointers there: another one after the kind of axis changed.
  get over() { return this.plot?.over; }

  /** @param {Shown} shown @param {uPlot.AlignedData} columns @returns {boolean} whether it was made anew */
  draw(shown, columns) {
    const width = this.host.clientWidth;
    if (!width) return false;
    const anew = !this.plot || shown.log !== this.shown?.log;
    this.shown = shown;
    if (anew) {
      this.plot?.destroy();
      this.plot = new uPlot(this.options(shown, width), columns, this.host);
    } else {
      if (this.plot?.width !== width) this.plot?.setSize({ width, height: HEIGHT });
      this.plot?.setData(columns);
    }
    return anew;
  }

  /** @param {Shown} first @param {number} width @returns {uPlot.Options} */
  options(first, width) {
    const shown = () => this.shown ?? first;
    const text = () => shown().palette.text;
    const grid = { stroke: () => shown().palette.grid, width: 1 };
    const line = { pxAlign: 0, stroke: () => shown().palette.data, points: { size: 3, fill: () => shown().palette.data } };
    return {
      width, height: HEIGHT, ms: 1, padding: [8, 8, 0, 0], legend: { show: false },
      tzDate: (millis) => uPlot.tzDate(new Date(millis), 'Etc/UTC'),
      scales: {
        x: { range: () => [shown().from, shown().to] },
        y: { range: () => [shown().low, shown().high], distr: first.log ? 3 : 1 } },
      series: [{}, { ...line, width: 1.5 }, { ...line, width: 0, points: { show: false } }, { ...line, width: 0, points: { show: false } }],
      bands: [{ series: [3, 2], fill: () => shown().palette.data + '55' }],
      axes: [
        { font: FONT, stroke: text, grid, ticks: { show: false }, size: 22, gap: 4, space: 96, values: (_, splits) => times(splits) },
        { font: FONT, stroke: text, grid, ticks: { show: false }, size: () => shown().gutter, gap: 8, space: 24,
          filter: (_, splits) => splits,
          splits: (_, __, low, high) => first.log ? powerLabels(low, high) : [...new Set(shown().labels?.map(({ value }) => value) ?? [low, (low + high) / 2, high])],
          values: (_, splits) => splits.map((value) => value === null ? '' : shown().labels?.find((one) => one.value === value)?.text ?? number(value)) }],
      cursor: {
        y: false, points: { show: false }, sync: { key: 'plots', setSeries: false, scales: ['x', null] },
        drag: { x: true, y: true, uni: 24, dist: 6, setScale: false },
        bind: { dblclick: () => null, mousedown: (_, __, handler) => (event) => (event.shiftKey ? null : handler(event)) } },
      hooks: {
        setCursor: [(plot) => this.listeners.hovered((plot.cursor.left ?? -1) < 0 ? null : plot.posToVal(plot.cursor.left ?? 0, 'x'))],
        setSelect: [(plot) => this.select(plot)],
        draw: [(plot) => over(plot, shown())] } };
  }

  // A drag to the side chooses a time, one upwards values, one across both.
  /** @param {uPlot} plot */
  select(plot) {
    const { left, top, width, height } = plot.select;
    plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    const whole = plot.over.getBoundingClientRect();
    if (height && height < Math.floor(whole.height)) this.listeners.values(plot.posToVal(top + height, 'y'), plot.posToVal(top, 'y'));
    if (width && width < Math.floor(whole.width)) this.listeners.times(plot.posToVal(left, 'x'), plot.posToVal(left + width, 'x'));
  }

  close() { this.plot?.destroy(); }
}

// Days where the labels are days apart, else the time of day; all in UTC.
/** @param {number[]} splits */
function times(splits) {
  const step = splits.length > 1 ? splits[1] - splits[0] : 0;
  return splits.map((time) => step >= DAY ? new Date(time).toISOString().slice(0, 10) : step >= 60000 ? clock(time).slice(0, 5) : clock(time));
}

// Limits, and what is said where there is nothing.
/** @param {uPlot} plot @param {Shown} shown */
function over(plot, { limits, low, high, empty, palette }) {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.lineWidth = devicePixelRatio;
  ctx.setLineDash([4 * devicePixelRatio, 4 * devicePixelRatio]);
  for (const [limit, colour] of limits.filter(([one]) => one >= low && one <= high)) {
    const y = Math.round(plot.valToPos(limit, 'y', true));
    ctx.strokeStyle = colour;
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
  }
  if (empty) {
    ctx.font = FONT.replace('12', String(12 * devicePixelRatio));
    ctx.fillStyle = palette.text;
    ctx.textAlign = 'center';
    ctx.fillText(empty, bbox.left + bbox.width / 2, bbox.top + bbox.height / 2);
  }
  ctx.restore();
}
