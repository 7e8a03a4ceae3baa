// @ts-check
// The time as the server has it: ages of what devices said are not to hang on the clock of this computer.
import { ClockOffset } from './instant.js';

const offset = new ClockOffset();
/** @param {number} server @param {number} [here] */
export const told = (server, here = Date.now()) => offset.told(server, here);
export const now = () => Date.now() + offset.millis;
