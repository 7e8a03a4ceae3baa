// @ts-check
// One connection to the console for all pages of a browser: over HTTP/1.1 it opens six to a host and no more, whatever the
// number of tabs. Knows what each page follows, and follows all of that at once.
const DEVICES = 20; // More of one source: all of them; addresses do not grow without end.
const GROWS = 20;
const SHRINKS = 15000; // Pages come and go; a wish that ended is not worth a new connection at once.
const SILENT = 40000; // The console tells the time every ten seconds.
const FORGOTTEN = 300000; // Pages say every minute that they are there; one that crashed says no farewell.
const RETRY = 2000;
/** @type {Record<string, string>} */
const OF = { frames: 'telemetry', state: 'telemetry', command: 'commands', event: 'timeline', post: 'log', removed: 'log' };
const RANK = { waiting: 0, lost: 1, away: 2, live: 3 };

// ['telemetry/probe-1', 'commands'] as source → its devices, null: all of them.
/**
 * @typedef {Map<string, Set<string> | null>} Wishes
 * @typedef {{ told: Map<string, string>, wants: Wishes, sources: string[], say: (type: string, data: any) => void, seen: number }} Page
 * @typedef {{ wants: Wishes, states: Map<string, keyof RANK>, source: EventSource, heard: number }} Line
 * @param {string[][]} lists @returns {Wishes}
 */
export function wishes(lists) {
  const all = new Map();
  for (const one of lists.flat()) {
    const [source = '', device] = one.split('/');
    if (!device) all.set(source, null);
    else if (!all.has(source)) all.set(source, new Set([device]));
    else all.get(source)?.add(device);
  }
  for (const [source, devices] of all) if (devices?.size > DEVICES) all.set(source, null);
  return all;
}

/** @param {Wishes} wanted */
export function address(wanted) {
  const parts = [...wanted].flatMap(([source, devices]) => (devices ? [...devices].map((one) => `${source}/${one}`) : [source]));
  return '/live?' + new URLSearchParams(parts.sort().map((one) => ['source', one]));
}

/** @param {Wishes} wide @param {Wishes} wanted */
const covers = (wide, wanted) => [...wanted].every(([source, devices]) => wide.has(source)
  && (wide.get(source) === null || (devices !== null && [...devices].every((one) => wide.get(source)?.has(one)))));

// What of an event concerns a page that follows these devices; null: nothing.
/** @param {string} type @param {any} data @param {Set<string> | null} devices */
function share(type, data, devices) {
  if (devices === null) return data;
  if (type !== 'frames') return devices.has(type === 'state' ? data.name : data.device) ? data : null;
  const frames = data.frames.filter((/** @type {Frame} */ one) => devices.has(one.device));
  return frames.length || data.skipped ? { ...data, frames } : null;
}

export class Hub {
  // open(address): an EventSource; ended(): asks whether the session has ended, where a stream was refused.
  /**
   * @param {(address: string) => EventSource} open @param {() => Promise<boolean>} ended
   * @param {{ timeout?: (go: () => void, millis: number) => any, every?: (go: () => void, millis: number) => any, now?: () => number }} [by]
   */
  constructor(open, ended, { timeout = (go, millis) => setTimeout(go, millis), every = (go, millis) => setInterval(go, millis), now = () => Date.now() } = {}) {
    this.open = open;
    this.ended = ended;
    this.timeout = timeout;
    this.now = now;
    /** @type {Map<unknown, Page>} */
    this.pages = new Map();
    /** @type {Line[]} */
    this.lines = []; // The one that serves, and behind it the one that is to replace it.
    this.growing = this.shrinking = false;
    every(() => this.look(), 10000);
  }

  // A page is there, and follows that. say(type, data)
  /** @param {unknown} id @param {string[]} sources @param {(type: string, data: any) => void} say */
  here(id, sources, say) {
    const before = this.pages.get(id);
    const wants = wishes([sources]);
    const told = before && address(before.wants) === address(wants) ? before.told : new Map();
    this.pages.set(id, { told, sources, wants, say, seen: this.now() });
    this.tell();
    this.later();
  }

  /** @param {unknown} id */
  leave(id) {
    if (this.pages.delete(id)) this.later();
  }

  // Many pages that come at once are one new connection; what nobody follows any more is left after a while.
  later() {
    if (!this.pages.size) { this.close(); return; }
    const wanted = wishes([...this.pages.values()].map((page) => page.sources));
    const newest = this.lines.at(-1);
    if (!newest || !covers(newest.wants, wanted)) {
      if (!this.growing) this.timeout(() => { this.growing = false; this.connect(); }, GROWS);
      this.growing = true;
    } else if (address(newest.wants) !== address(wanted)) {
      if (!this.shrinking) this.timeout(() => { this.shrinking = false; this.connect(); }, SHRINKS);
      this.shrinking = true;
    }
  }

  // The old connection goes on until the new one has heard of all its sources: nobody misses an event.
  connect() {
    if (!this.pages.size) return;
    const wants = wishes([...this.pages.values()].map((page) => page.sources));
    if (this.lines.slice(-1).some((line) => address(line.wants) === address(wants))) return;
    this.lines.splice(1).forEach((line) => line.source.close());
    this.lines.push(this.start({ wants, states: new Map([...wants.keys()].map((one) => [one, 'waiting'])) }));
  }

  /** @param {Pick<Line, 'wants' | 'states'>} begun @returns {Line} */
  start(begun) {
    const source = this.open(address(begun.wants));
    const line = Object.assign(begun, { source, heard: this.now() });
    /** @param {string} type @param {(data: any) => void} heard */
    const on = (type, heard) => source.addEventListener(type, (event) => {
      if (line.source !== source) return;
      line.heard = this.now();
      let data;
      try { data = JSON.parse(event.data); } catch { return; } // Cut off in transit; pages are told to read anew.
      heard(data);
    });
    on('live', (data) => this.alive(line, data.source));
    on('away', (data) => { line.states.set(data.source, 'away'); this.changed(); });
    on('clock', (data) => { for (const page of this.pages.values()) page.say('clock', { now: data.now, here: this.now() }); });
    on('ended', () => this.end());
    for (const type of Object.keys(OF)) on(type, (data) => this.pass(type, data));
    source.onerror = () => { if (line.source === source) this.lost(line); };
    return line;
  }

  // A source that is live once more had a gap that nobody spoke of: whoever is served by it reads anew.
  /** @param {Line} line @param {string} source */
  alive(line, source) {
    const again = line === this.lines[0] && line.states.get(source) === 'live';
    line.states.set(source, 'live');
    if (again) for (const page of this.pages.values()) page.told.delete(source);
    this.changed();
  }

  changed() {
    const next = this.lines[1];
    if (next && [...next.states.values()].every((state) => RANK[state] >= RANK.away)) this.lines.shift()?.source.close();
    this.tell();
  }

  /** @param {Line} line */
  async lost(line) {
    for (const source of line.states.keys()) line.states.set(source, 'lost');
    this.tell();
    const { source } = line;
    if (source.readyState !== 2) return; // The browser tries again by itself.
    // A refused stream is not retried by the browser.
    if (await this.ended()) { if (this.lines.includes(line)) this.end(); return; }
    this.timeout(() => { if (this.lines.includes(line) && line.source === source) this.start(line); }, RETRY);
  }

  /** @param {string} type @param {any} data */
  pass(type, data) {
    for (const page of this.pages.values()) {
      const devices = page.wants.get(OF[type]);
      const mine = devices === undefined ? null : share(type, data, devices);
      if (mine) page.say(type, mine);
    }
  }

  // Says to pages what changed for them.
  tell() {
    for (const page of this.pages.values()) {
      for (const [source, devices] of page.wants) {
        /** @type {(keyof RANK)[]} */
        const states = this.lines.filter((line) => covers(line.wants, new Map([[source, devices]]))).map((line) => line.states.get(source) || 'waiting');
        /** @type {keyof RANK} */
        const state = states.reduce((best, one) => (RANK[one] > RANK[best] ? one : best), 'waiting');
        if (state === 'waiting' || page.told.get(source) === state) continue;
        page.told.set(source, state);
        if (state === 'live') page.say('live', { source });
        else page.say('away', { source, all: state === 'lost' });
      }
    }
  }

  look() {
    for (const [id, page] of this.pages) if (this.now() - page.seen > FORGOTTEN) this.leave(id);
    for (const line of this.lines) {
      if (this.now() - line.heard <= SILENT) continue;
      line.source.close();
      for (const source of line.states.keys()) line.states.set(source, 'lost');
      this.start(line);
    }
    this.tell();
  }

  end() {
    for (const page of this.pages.values()) page.say('ended', {});
    this.pages.clear();
    this.close();
  }

  close() {
    this.lines.splice(0).forEach((line) => line.source.close());
  }
}
