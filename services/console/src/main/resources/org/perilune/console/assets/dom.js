// @ts-check
// Elements: found, made, and changed only where they differ.

/**
 * Null where there is none, or one of another kind.
 * @template {Element} [T=HTMLElement]
 * @param {string} selector @param {new () => T} [kind] @param {ParentNode} [root]
 * @returns {T | null}
 */
export function optional(selector, kind, root = document) {
  const found = root.querySelector(selector);
  return found instanceof (kind || HTMLElement) ? /** @type {T} */ (found) : null;
}

/**
 * What a page always has.
 * @template {Element} [T=HTMLElement]
 * @param {string} selector @param {new () => T} [kind] @param {ParentNode} [root]
 * @returns {T}
 */
export function find(selector, kind, root = document) {
  const found = optional(selector, kind, root);
  if (!found) throw new Error(`The page has no ${selector} of this kind`);
  return found;
}

/**
 * What an event's target lies in.
 * @template {Element} [T=HTMLElement]
 * @param {EventTarget | null} target @param {string} selector @param {new () => T} [kind]
 * @returns {T | null}
 */
export function closest(target, selector, kind) {
  const found = target instanceof Element ? target.closest(selector) : null;
  return found instanceof (kind || HTMLElement) ? /** @type {T} */ (found) : null;
}

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag @param {Record<string, any>} [properties] @param {...(Node | string | null | undefined)} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function make(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [key, value] of Object.entries(properties)) {
    if (key === 'class') made.className = value;
    else if (key.startsWith('on')) made.addEventListener(key.slice(2), value);
    else if (value === true) made.setAttribute(key, '');
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(key, value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}
