// @ts-check
// The orbit, seen from above the plane, Earth to the right: fitted to what the device reported, drawn to scale.
import { make } from './dom.js';
import { set, svg } from './svg.js';

const MOON = 1737.4;

// 1/r = a + b cos(position) + c sin(position): linear in its three unknowns; the weak pull to a circle decides
// what a short arc leaves open.
/** @param {[number, number][]} samples */
export function fit(samples) {
  const m = [[1e-12, 0, 0, 0], [0, 1e-4, 0, 0], [0, 0, 1e-4, 0]];
  for (const [degrees, altitude] of samples) {
    const angle = degrees * Math.PI / 180;
    const row = [1, Math.cos(angle), Math.sin(angle)];
    const value = MOON / (altitude + MOON);
    for (let i = 0; i < 3; i++) {
      for (let j = 0; j < 3; j++) m[i][j] += row[i] * row[j];
      m[i][3] += row[i] * value;
    }
  }
  for (let i = 0; i < 3; i++) {
    if (Math.abs(m[i][i]) < 1e-15) return null;
    for (let k = 0; k < 3; k++) {
      if (k === i) continue;
      const share = m[k][i] / m[i][i];
      for (let j = i; j < 4; j++) m[k][j] -= share * m[i][j];
    }
  }
  const [a, b, c] = m.map((row, i) => row[3] / row[i]);
  return Math.hypot(b, c) < a * 0.95 ? { a, b, c } : null;
}

export class Orbit {
  /** @param {HTMLElement} host */
  constructor(host) {
    this.host = host;
    /** @type {[number, number][]} */
    this.samples = [];
    /** @type {[number, boolean][]} */
    this.lit = [];
    this.svg = svg('svg', { viewBox: '-240 -100 480 200', role: 'img' }, host);
    host.prepend(make('h2', {}, 'Orbit'));
    this.label = svg('title', {}, this.svg);
    const clip = svg('clipPath', { id: 'moon-disc' }, this.svg);
    this.clipDisc = svg('circle', { r: 1 }, clip);
    const near = svg('clipPath', { id: 'near' }, this.svg);
    svg('circle', { r: 98 }, near);
    const sectors = svg('g', { 'clip-path': 'url(#near)' }, this.svg);
    this.silence = svg('rect', { class: 'silence' }, sectors);
    this.silenceText = svg('text', { class: 'note' }, this.svg);
    this.shadow = svg('rect', { class: 'shadow' }, sectors);
    this.disc = svg('circle', { class: 'moon' }, this.svg);
    this.night = svg('rect', { class: 'night', 'clip-path': 'url(#moon-disc)' }, this.svg);
    this.path = svg('path', { class: 'path' }, this.svg);
    this.craft = svg('circle', { class: 'craft', r: 4 }, this.svg);
    this.earth = svg('text', { class: 'note', x: 108, y: 4 }, this.svg);
    this.earth.textContent = 'to Earth →';
    this.note = make('p', { class: 'sub' });
    host.append(this.note);
  }

  /** @param {unknown} position @param {unknown} altitude @param {boolean} [sunlit] */
  sample(position, altitude, sunlit) {
    if (typeof position !== 'number' || typeof altitude !== 'number') return;
    this.samples.push([position, altitude]);
    if (this.samples.length > 1200) this.samples.splice(0, 200);
    if (typeof sunlit === 'boolean') {
      this.lit.push([position, sunlit]);
      if (this.lit.length > 1200) this.lit.splice(0, 200);
    }
  }

  // Where it says that the Sun stands; else opposite the middle of where it was dark.
  /** @param {unknown} told */
  sun(told) {
    if (typeof told === 'number') return told * Math.PI / 180;
    let x = 0;
    let y = 0;
    for (const [position, sunlit] of this.lit) {
      if (sunlit) continue;
      x += Math.cos(position * Math.PI / 180);
      y += Math.sin(position * Math.PI / 180);
    }
    return x || y ? Math.atan2(-y, -x) : null;
  }

  /** @param {unknown} position @param {unknown} altitude @param {boolean} old @param {unknown} sunPosition */
  draw(position, altitude, old, sunPosition) {
    const ellipse = fit(this.samples);
    if (!ellipse || typeof position !== 'number' || typeof altitude !== 'number') return;
    this.host.hidden = false;
    /** @param {number} angle */
    const radius = (angle) => MOON / (ellipse.a + ellipse.b * Math.cos(angle) + ellipse.c * Math.sin(angle));
    let far = 0;
    for (let i = 0; i < 72; i++) far = Math.max(far, radius(i * Math.PI / 36));
    const scale = 88 / far;
    const moon = MOON * scale;
    let path = '';
    for (let i = 0; i <= 180; i++) {
      const angle = i * Math.PI / 90;
      const r = radius(angle) * scale;
      path += (i ? 'L' : 'M') + (r * Math.cos(angle)).toFixed(2) + ' ' + (-r * Math.sin(angle)).toFixed(2);
    }
    set(this.path, { d: path });
    set(this.disc, { r: moon });
    set(this.clipDisc, { r: moon });
    set(this.silence, { x: -100, y: -moon, width: 100, height: 2 * moon });
    set(this.silenceText, { x: -104, y: 4, 'text-anchor': 'end' });
    this.silenceText.textContent = 'no signal';
    const sun = this.sun(sunPosition);
    const turn = sun === null ? 0 : -(sun * 180 / Math.PI);
    const hidden = sun === null ? 'none' : 'inline';
    set(this.shadow, { x: -100, y: -moon, width: 100, height: 2 * moon, transform: `rotate(${turn})`, display: hidden });
    set(this.night, { x: -100, y: -100, width: 100, height: 200, transform: `rotate(${turn})`, display: hidden });
    const angle = position * Math.PI / 180;
    const r = (altitude + MOON) * scale;
    set(this.craft, { cx: r * Math.cos(angle), cy: -r * Math.sin(angle), class: old ? 'craft old' : 'craft' });
    let low = far;
    for (let i = 0; i < 72; i++) low = Math.min(low, radius(i * Math.PI / 36));
    const note = `Lowest ${Math.round(low - MOON)} km, highest ${Math.round(far - MOON)} km`
      + (sun === null ? '; where the Sun stands shows after the first shadow' : '');
    if (this.note.textContent !== note) this.note.textContent = note;
    this.label.textContent = `At ${position.toFixed(0)} degrees from the point under Earth, ${altitude.toFixed(0)} km up`;
  }
}
