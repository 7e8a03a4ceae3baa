// @ts-check
// Elements of drawings.

/**
 * @template {keyof SVGElementTagNameMap} K
 * @param {K} name @param {Record<string, string | number>} [attributes] @param {Element | null} [parent]
 * @returns {SVGElementTagNameMap[K]}
 */
export function svg(name, attributes = {}, parent = null) {
  const made = document.createElementNS('http://www.w3.org/2000/svg', name);
  set(made, attributes);
  if (parent) parent.append(made);
  return made;
}

// Writes only what changed.
/** @param {Element} target @param {Record<string, string | number>} attributes */
export function set(target, attributes) {
  for (const [key, value] of Object.entries(attributes)) {
    const text = String(value);
    if (target.getAttribute(key) !== text) target.setAttribute(key, text);
  }
}
