// @ts-check
// What plots show, as the address of a device's page says it: parameter, again and again, log for
// those with a logarithmic axis, and either span, in seconds up to now,
// or from and to.
/** @param {{ panels: Map<string, { log?: boolean }>, span: number, following: boolean, from: number, to: number }} plots */
export function shown({ panels, span, following, from, to }) {
  const query = new URLSearchParams();
  const names = [...panels.keys()];
  for (const name of names.length ? names : ['']) query.append('parameter', name);
  for (const [name, { log }] of panels) if (log) query.append('log', name);
  if (following) query.append('span', String(Math.round(span / 1000)));
  else for (const [key, at] of Object.entries({ from, to })) query.append(key, new Date(at).toISOString());
  return query;
}

/** @param {URLSearchParams} query @returns {{ from?: number, to?: number, span?: number }} */
export function wanted(query) {
  const [from, to] = ['from', 'to'].map((one) => Date.parse(query.get(one) || ''));
  if (to > from) return { from, to };
  const seconds = Number(query.get('span') || '');
  return Number.isFinite(seconds) && seconds > 0 ? { span: seconds * 1000 } : {};
}
