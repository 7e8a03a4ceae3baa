// @ts-check
// An argument of a command as a person typed it.
const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;
// As this console itself writes numbers: three digits after each narrow blank. An ordinary blank is a slip of the hand.
const GROUPED = /^[+-]?\d{1,3}([\u202f\u00a0]\d{3})+(?!\d)/;

// What cannot be read as its type is given as it was typed: the answer then says by name what is wrong with it.
/** @param {string} type @param {string} text */
export function valueOf(type, text) {
  if (type === 'boolean') return text === 'true' ? true : text === 'false' ? false : text;
  if (type !== 'number' && type !== 'integer') return text;
  let digits = text.trim().replaceAll('\u2212', '-');
  if (GROUPED.test(digits)) digits = digits.replaceAll(/[\u202f\u00a0]/g, '');
  if (!NUMBER.test(digits)) return text;
  const value = Number(digits);
  // Beyond that another number would be sent than was typed.
  return Number.isFinite(value) && (type === 'number' || Number.isSafeInteger(value) || !Number.isInteger(value)) ? value : text;
}
