// @ts-check
// A page's way to the one connection: through a shared worker; where there is none, through the tab that leads; and a
// connection of its own where the browser lets tabs agree on nothing.
import { optional } from './dom.js';
import { Hub } from './livehub.js';
import { openStream, sessionEnded } from './livestream.js';
import { newKey } from './sender.js';

// Tabs of another session or of another version of the console have nothing to do with it.
const NAME = 'perilune-live ' + import.meta.url + ' ' + (optional('input[name=_form]', HTMLInputElement)?.value || '').slice(0, 16);

// hear(type, data). Gives here(sources) and leave().
/**
 * @typedef {(type: string, data: any) => void} Hear
 * @typedef {{ here(sources: string[]): void, leave(): void }} Way
 * @param {Hear} hear @returns {Way}
 */
export function link(hear) {
  /** @type {string[] | null} */
  let wanted = null;
  let way = ways(hear, () => {
    way = led(hear);
    if (wanted) way.here(wanted);
  });
  return {
    here(sources) { wanted = sources; way.here(sources); },
    leave() { wanted = null; way.leave(); },
  };
}

/** @param {Hear} hear @param {() => void} refused @returns {Way} */
function ways(hear, refused) {
  if (typeof SharedWorker === 'undefined') return led(hear);
  const worker = new SharedWorker(new URL('liveworker.js', import.meta.url), { type: 'module', name: NAME });
  worker.onerror = refused;
  worker.port.onmessage = ({ data: [type, value] }) => hear(type, value);
  return {
    here(sources) { worker.port.postMessage({ here: sources }); },
    leave() { worker.port.postMessage({ leave: true }); },
  };
}

/** @param {Hear} hear @returns {Way} */
function own(hear) {
  const hub = new Hub(openStream, sessionEnded);
  return { here(sources) { hub.here(0, sources, hear); }, leave() { hub.leave(0); } };
}

// The tab that holds the lock leads, and has the connection; the others talk to it.
/** @param {Hear} hear @returns {Way} */
function led(hear) {
  if (typeof BroadcastChannel === 'undefined' || !navigator.locks) return own(hear);
  const channel = new BroadcastChannel(NAME);
  const id = newKey();
  /** @type {string[] | null} */
  let wanted = null;
  /** @type {Hub | null} */
  let hub = null;
  channel.onmessage = ({ data }) => {
    if (data.to === id) hear(data.type, data.value);
    else if (data.lead && wanted) channel.postMessage({ id, here: wanted });
    else if (hub && data.here) hub.here(data.id, data.here, (type, value) => channel.postMessage({ to: data.id, type, value }));
    else if (hub && data.leave) hub.leave(data.id);
  };
  navigator.locks.request(NAME, () => {
    hub = new Hub(openStream, sessionEnded);
    if (wanted) hub.here(id, wanted, hear);
    channel.postMessage({ lead: true });
    return new Promise(() => {}); // Until the tab closes.
  });
  return {
    here(sources) {
      wanted = sources;
      if (hub) hub.here(id, sources, hear); else channel.postMessage({ id, here: sources });
    },
    leave() {
      wanted = null;
      if (hub) hub.leave(id); else channel.postMessage({ id, leave: true });
    },
  };
}
