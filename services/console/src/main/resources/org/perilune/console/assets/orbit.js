// The orbit, seen from above the plane, Earth to the right: fitted to what the device reported, drawn to scale.
const SVG = 'http://www.w3.org/2000/svg';
const MOON = 1737.4;

function element(name, attributes, parent) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  parent.append(made);
  return made;
}

// 1/r = a + b cos(position) + c sin(position): linear in its three unknowns; the weak pull to a circle decides
// what a short arc leaves open.
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
  constructor(host) {
    this.host = host;
    this.samples = [];
    this.lit = [];
    const title = document.createElement('h2');
    title.textContent = 'Orbit';
    this.svg = element('svg', { viewBox: '-240 -100 480 200', role: 'img' }, host);
    host.prepend(title);
    this.label = element('title', {}, this.svg);
    const clip = element('clipPath', { id: 'moon-disc' }, this.svg);
    this.clipDisc = element('circle', { r: 1 }, clip);
    const near = element('clipPath', { id: 'near' }, this.svg);
    element('circle', { r: 98 }, near);
    const sectors = element('g', { 'clip-path': 'url(#near)' }, this.svg);
    this.silence = element('rect', { class: 'silence' }, sectors);
    this.silenceText = element('text', { class: 'note' }, this.svg);
    this.shadow = element('rect', { class: 'shadow' }, sectors);
    this.disc = element('circle', { class: 'moon' }, this.svg);
    this.night = element('rect', { class: 'night', 'clip-path': 'url(#moon-disc)' }, this.svg);
    this.path = element('path', { class: 'path' }, this.svg);
    this.craft = element('circle', { class: 'craft', r: 4 }, this.svg);
    this.earth = element('text', { class: 'note', x: 108, y: 4 }, this.svg);
    this.earth.textContent = 'to Earth →';
    this.note = document.createElement('p');
    this.note.className = 'sub';
    host.append(this.note);
  }

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

  draw(position, altitude, old, sunPosition) {
    const ellipse = fit(this.samples);
    if (!ellipse || typeof position !== 'number') return;
    this.host.hidden = false;
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

function set(target, attributes) {
  for (const [key, value] of Object.entries(attributes)) {
    const text = String(value);
    if (target.getAttribute(key) !== text) target.setAttribute(key, text);
  }
}
