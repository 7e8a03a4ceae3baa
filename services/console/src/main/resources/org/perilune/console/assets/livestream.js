// @ts-check
// The connection itself, as the worker and a page open it.
/** @param {string} address */
export const openStream = (address) => new EventSource(address);
export const sessionEnded = () => fetch('/devices.json', { method: 'HEAD' }).then((answer) => answer.status === 401, () => false);
