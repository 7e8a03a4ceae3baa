// @ts-check
// Holds the one connection of all tabs, where the browser has shared workers.
import { Hub } from './livehub.js';
import { openStream, sessionEnded } from './livestream.js';

const hub = new Hub(openStream, sessionEnded);
let pages = 0;
addEventListener('connect', (event) => {
  const [port] = /** @type {MessageEvent} */ (event).ports;
  const id = ++pages;
  port.onmessage = ({ data }) => {
    if (data.here) hub.here(id, data.here, (type, value) => port.postMessage([type, value]));
    else hub.leave(id);
  };
});
