// @ts-check
// Makes a part of the page say what a fresh one says, and touches only what differs: focus, selection, what is typed or
// unfolded and what a screen reader has already read stay.

// What the server last said of each element with a version, before anything on the page was made of it, such as a plot.
/** @type {WeakMap<Element, string>} */
const said = new WeakMap();

/** @param {string} html */
export function parse(html) {
  const template = document.createElement('template');
  template.innerHTML = html;
  return template.content;
}

// Remembers what came with the page.
/** @param {Element} root */
export function remember(root) {
  if (root.matches('[data-version]')) said.set(root, root.outerHTML);
  for (const one of root.querySelectorAll('[data-version]')) said.set(one, one.outerHTML);
}

/**
 * Gives the elements that are new.
 * @param {Element} old @param {ParentNode & Node} fresh
 * @param {{ keep?: (gone: Element) => boolean, lost?: HTMLElement | null }} [options]
 *   keep: what stays although it is not in the fresh one; lost: gets the focus where what had it is gone
 */
export function patch(old, fresh, { keep = () => false, lost = null } = {}) {
  /** @type {Patching} */
  const patching = { added: [], keep };
  const focused = old.contains(document.activeElement) && document.activeElement;
  if (fresh instanceof Element) element(old, fresh, patching);
  else children(old, fresh, patching);
  if (focused && !old.contains(focused)) lost?.focus();
  return patching.added;
}

// Whether there is nothing to do: it is the same, or older, because answers overtake each other.
/** @param {Element} old @param {Element} fresh */
function isKnown(old, fresh) {
  const [before, after] = [old, fresh].map((one) => one.getAttribute('data-version')?.split('.').map(Number));
  if (!before || !after) return false;
  const newer = after[0] - before[0] || (after[1] ?? 0) - (before[1] ?? 0);
  if (newer < 0 || said.get(old) === fresh.outerHTML) return true;
  said.set(old, fresh.outerHTML);
  return false;
}

/** @param {Node} a @param {Node} b */
const alike = (a, b) => a.nodeType === b.nodeType && a.nodeName === b.nodeName && id(a) === id(b);

/** @param {Node | null} node */
const id = (node) => (node instanceof Element ? node.id : '');

/** @param {Node | null} node */
const blank = (node) => node instanceof Text && !node.data.trim();

// What has an id is known by it, everything else by its place.
/**
 * @typedef {{ added: Element[], keep: (gone: Element) => boolean }} Patching
 * @param {Node} old @param {Node} fresh @param {Patching} patching
 */
function children(old, fresh, patching) {
  const wanted = [...fresh.childNodes];
  const ids = new Set(wanted.map(id).filter(Boolean));
  let at = old.firstChild;
  const drop = () => { const gone = /** @type {ChildNode} */ (at); at = gone.nextSibling; if (!(gone instanceof Element && patching.keep(gone))) gone.remove(); };
  for (const one of wanted) {
    // Blanks between tags differ between a page and a part of it, and mean nothing.
    if (blank(one)) { if (at && blank(at)) at = at.nextSibling; continue; }
    while (at && ((id(at) && !ids.has(id(at))) || blank(at))) { if (blank(at)) at = at.nextSibling; else drop(); }
    const known = id(one) ? [...old.childNodes].find((child) => id(child) === id(one)) : at && alike(at, one) ? at : null;
    if (known && alike(known, one)) {
      if (known === at) at = at.nextSibling;
      else old.insertBefore(known, at);
      if (known instanceof Element) element(known, /** @type {Element} */ (one), patching);
      else if (known.nodeValue !== one.nodeValue) known.nodeValue = one.nodeValue;
    } else {
      old.insertBefore(one, at);
      if (!(one instanceof Element)) continue;
      remember(one);
      patching.added.push(one);
    }
  }
  while (at) drop();
}

/** @param {Element} old @param {Element} fresh @param {Patching} patching */
function element(old, fresh, patching) {
  // A button that waits to be pressed again says by itself what it said before.
  if (isKnown(old, fresh) || old.classList.contains('sure')) return;
  for (const { name, value } of fresh.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  for (const { name } of [...old.attributes]) {
    // What a person unfolded, and a button whose request is under way.
    const kept = (name === 'open' && old.localName === 'details') || ((name === 'disabled' || name === 'class') && old.classList.contains('htmx-request'));
    if (!fresh.hasAttribute(name) && !kept) old.removeAttribute(name);
  }
  children(old, fresh, patching);
}
