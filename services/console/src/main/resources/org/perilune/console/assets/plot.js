// Plots of several values over one time axis: history as a band of least and greatest, and the live tail.
import { clock, local, number, utc } from './format.js';

const TAIL = 2000;
const HEIGHT = 136;
const LEFT = 64;
const BOTTOM = 20;
const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800,
  604800, 1209600, 2592000, 7776000].map((seconds) => seconds * 1000);

export class Plots {
  constructor(host, readout, device) {
    this.host = host;
    this.readout = readout;
    this.device = device;
    this.panels = new Map();
    this.span = 900000;
    this.following = true;
    this.to = Date.now();
    this.hover = null;
    this.pending = false;
    addEventListener('theme', () => this.draw());
    new ResizeObserver(() => this.draw()).observe(host);
  }

  get from() { return this.to - this.span; }

  add(parameter) {
    if (this.panels.has(parameter.name) || this.panels.size >= 8) return;
    const figure = document.createElement('figure');
    figure.tabIndex = 0;
    figure.setAttribute('role', 'group');
    figure.setAttribute('aria-label', `Plot of ${parameter.name}; plus and minus zoom, arrows pan, 0 returns to now`);
    const caption = document.createElement('figcaption');
    caption.textContent = parameter.unit ? `${parameter.name}, ${parameter.unit}` : parameter.name;
    const canvas = document.createElement('canvas');
    canvas.setAttribute('aria-hidden', 'true');
    figure.append(caption, canvas);
    this.host.append(figure);
    const panel = { parameter, figure, canvas, history: [], tail: [], bucket: 0, asked: 0, drag: null };
    this.panels.set(parameter.name, panel);
    this.listen(panel);
    this.load(panel);
  }

  remove(name) {
    const panel = this.panels.get(name);
    if (!panel) return;
    panel.figure.remove();
    this.panels.delete(name);
  }

  show(from, to, following = false) {
    this.span = Math.min(Math.max(to - from, 1000), 20 * 31536000000);
    this.to = to;
    this.following = following;
    this.host.dataset.span = String(Math.round(this.span));
    this.draw();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.reload(), 120);
  }

  zoom(factor, at = this.following ? this.to : this.to - this.span / 2) {
    const share = (this.to - at) / this.span;
    const span = this.span * factor;
    this.show(at - span * (1 - share), at + span * share, this.following && share < 0.001);
  }

  pan(share) { this.show(this.from + this.span * share, this.to + this.span * share); }

  now(span = this.span) { this.show(Date.now() - span, Date.now(), true); }

  reload() { for (const panel of this.panels.values()) this.load(panel); }

  late() {
    clearTimeout(this.lateTimer);
    this.lateTimer = setTimeout(() => this.reload(), 1500);
  }

  async load(panel) {
    const asked = ++panel.asked;
    const pixels = Math.max(100, Math.min(2000, Math.round(this.host.clientWidth - LEFT)));
    const query = new URLSearchParams({ device: this.device, parameter: panel.parameter.name, pixels: String(pixels),
      from: new Date(this.from).toISOString(), to: new Date(this.to + 1).toISOString() });
    const answer = await fetch('/series?' + query).catch(() => null);
    if (!answer || !answer.ok || asked !== panel.asked) return;
    const series = await answer.json();
    panel.history = series.points;
    panel.bucket = series.bucket_seconds * 1000;
    const end = series.points.length ? series.points.at(-1)[0] + panel.bucket : 0;
    panel.tail = panel.tail.filter((point) => point[0] > end);
    this.draw();
  }

  append(time, values) {
    for (const [name, value] of Object.entries(values)) {
      const panel = this.panels.get(name);
      if (!panel || typeof value !== 'number') continue;
      const last = panel.tail.length ? panel.tail.at(-1)[0] : 0;
      if (time <= last) continue;
      panel.tail.push([time, value, value]);
      if (panel.tail.length > TAIL) { panel.tail.splice(0, TAIL / 2); this.late(); }
    }
    this.draw();
  }

  draw() {
    if (this.pending) return;
    this.pending = true;
    requestAnimationFrame(() => {
      this.pending = false;
      if (this.following) this.to = Date.now();
      const style = getComputedStyle(document.documentElement);
      const colour = (name) => style.getPropertyValue(name).trim();
      const palette = { data: colour('--data'), band: colour('--band'), grid: colour('--line'), text: colour('--dim'),
        warning: colour('--warning'), critical: colour('--critical'), select: colour('--raised') };
      for (const panel of this.panels.values()) this.paint(panel, palette);
    });
  }

  paint(panel, palette) {
    const width = this.host.clientWidth;
    if (!width) return;
    const ratio = devicePixelRatio || 1;
    const { canvas } = panel;
    if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(HEIGHT * ratio)) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(HEIGHT * ratio);
    }
    const g = canvas.getContext('2d');
    g.setTransform(ratio, 0, 0, ratio, 0, 0);
    g.clearRect(0, 0, width, HEIGHT);
    const points = panel.history.concat(panel.tail);
    const half = panel.bucket / 2;
    let low = Infinity;
    let high = -Infinity;
    for (const [time, min, max] of points) {
      if (time < this.from - panel.bucket || time > this.to) continue;
      if (min < low) low = min;
      if (max > high) high = max;
    }
    g.font = '12px Inter, sans-serif';
    const x = (time) => LEFT + (time - this.from) / this.span * (width - LEFT);
    this.timeAxis(g, palette, x, width);
    if (low > high) {
      g.fillStyle = palette.text;
      g.textAlign = 'center';
      g.fillText('No telemetry in this time', LEFT + (width - LEFT) / 2, (HEIGHT - BOTTOM) / 2);
      return;
    }
    const margin = (high - low) * 0.08 || Math.abs(high) * 0.01 || 1;
    low -= margin;
    high += margin;
    const y = (value) => HEIGHT - BOTTOM - (value - low) / (high - low) * (HEIGHT - BOTTOM - 8);
    g.textAlign = 'right';
    const apart = (high - low - 2 * margin) / 2;
    const decimals = apart > 0 ? Math.min(6, Math.max(0, Math.ceil(-Math.log10(apart)))) : 0;
    for (let step = 0; step <= 2; step++) {
      const value = low + margin + (high - low - 2 * margin) * step / 2;
      g.fillStyle = palette.text;
      g.fillText(number(value, decimals), LEFT - 8, y(value) + 4);
      g.strokeStyle = palette.grid;
      line(g, LEFT, y(value), width, y(value));
    }
    g.save();
    g.beginPath();
    g.rect(LEFT, 0, width - LEFT, HEIGHT - BOTTOM);
    g.clip();
    for (const [key, name] of [['warning_low', 'warning'], ['warning_high', 'warning'], ['critical_low', 'critical'],
      ['critical_high', 'critical']]) {
      const limit = panel.parameter[key];
      if (typeof limit !== 'number' || limit < low || limit > high) continue;
      g.strokeStyle = palette[name];
      g.setLineDash([4, 4]);
      line(g, LEFT, y(limit), width, y(limit));
      g.setLineDash([]);
    }
    const gap = Math.max(panel.bucket * 2.5, 5 * (this.interval || 1000), this.span / 200);
    g.lineWidth = 1.5;
    g.strokeStyle = palette.data;
    g.fillStyle = palette.data;
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

  timeAxis(g, palette, x, width) {
    const step = STEPS.find((one) => this.span / one <= Math.max(2, (width - LEFT) / 96)) || 31536000000;
    g.fillStyle = palette.text;
    g.textAlign = 'center';
    g.lineWidth = 1;
    for (let time = Math.ceil(this.from / step) * step; time <= this.to; time += step) {
      g.strokeStyle = palette.grid;
      line(g, x(time), 0, x(time), HEIGHT - BOTTOM);
      const text = step >= 86400000 ? new Date(time).toISOString().slice(0, 10)
        : step >= 60000 ? clock(time).slice(0, 5) : clock(time);
      if (x(time) > LEFT + 24 && x(time) < width - 28) g.fillText(text, x(time), HEIGHT - 4);
    }
  }

  listen(panel) {
    const { figure, canvas } = panel;
    const timeAt = (event) => this.from + (event.offsetX - LEFT) / (canvas.clientWidth - LEFT) * this.span;
    canvas.addEventListener('pointerdown', (event) => {
      if (event.button !== 0) return;
      canvas.setPointerCapture(event.pointerId);
      panel.drag = { kind: event.shiftKey || event.pointerType === 'touch' ? 'pan' : 'zoom', x: event.offsetX,
        now: event.offsetX, from: this.from, to: this.to, at: timeAt(event) };
    });
    canvas.addEventListener('pointermove', (event) => {
      this.hover = timeAt(event);
      const { drag } = panel;
      if (drag) {
        drag.now = event.offsetX;
        if (drag.kind === 'pan') {
          const moved = (drag.x - drag.now) / (canvas.clientWidth - LEFT) * this.span;
          if (Math.abs(drag.now - drag.x) > 3) this.show(drag.from + moved, drag.to + moved);
        }
      }
      this.read();
      this.draw();
    });
    const release = (event) => {
      const { drag } = panel;
      panel.drag = null;
      if (drag && drag.kind === 'zoom' && Math.abs(drag.now - drag.x) > 6) {
        const end = timeAt(event);
        this.show(Math.min(drag.at, end), Math.max(drag.at, end));
      }
      this.draw();
    };
    canvas.addEventListener('pointerup', release);
    canvas.addEventListener('pointercancel', () => { panel.drag = null; });
    canvas.addEventListener('pointerleave', () => { this.hover = null; this.read(); this.draw(); });
    canvas.addEventListener('dblclick', () => this.now(900000));
    canvas.addEventListener('wheel', (event) => {
      if (!event.ctrlKey && document.activeElement !== figure) return;
      event.preventDefault();
      this.zoom(event.deltaY > 0 ? 1.25 : 0.8, timeAt(event));
    }, { passive: false });
    figure.addEventListener('keydown', (event) => {
      const act = { '+': () => this.zoom(0.5), '=': () => this.zoom(0.5), '-': () => this.zoom(2),
        ArrowLeft: () => this.pan(-0.25), ArrowRight: () => this.pan(0.25), 0: () => this.now(900000),
        Home: () => this.now(900000) }[event.key];
      if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      act();
    });
  }

  read() {
    if (this.hover === null) { this.readout.textContent = '\u00a0'; this.readout.title = ''; return; }
    const found = [];
    for (const { parameter, history, tail } of this.panels.values()) {
      let nearest = null;
      for (const point of history.concat(tail)) {
        if (!nearest || Math.abs(point[0] - this.hover) < Math.abs(nearest[0] - this.hover)) nearest = point;
      }
      if (!nearest || Math.abs(nearest[0] - this.hover) > this.span / 20) continue;
      const [, min, max] = nearest;
      found.push(`${parameter.name} ${min === max ? number(min) : number(min) + ' to ' + number(max)} ${parameter.unit || ''}`);
    }
    this.readout.textContent = [`${utc(this.hover)} (${local(this.hover)})`, ...found].join('  ·  ');
  }
}

function line(g, x1, y1, x2, y2) {
  g.beginPath();
  g.moveTo(x1, Math.round(y1) + 0.5);
  g.lineTo(x2, Math.round(y2) + 0.5);
  g.stroke();
}
