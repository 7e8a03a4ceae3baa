// @ts-check
// Makes a part of the page say what a fresh one says, and touches only what differs: focus, selection, what is unfolded and
// what a screen reader has already read stay. Gives the elements that are new.
/** @param {Node} old @param {Node} fresh */
export function patch(old, fresh) {
  /** @type {Element[]} */
  const added = [];
  children(old, fresh, added);
  return added;
}

/** @param {Node} a @param {Node} b */
const alike = (a, b) => a.nodeType === b.nodeType && a.nodeName === b.nodeName && id(a) === id(b);

/** @param {Node | null} node */
const id = (node) => (node instanceof Element ? node.id : '');

/** @param {Node | null} node */
const blank = (node) => node instanceof Text && !node.data.trim();

// What has an id is known by it, everything else by its place.
/** @param {Node} old @param {Node} fresh @param {Element[]} added */
function children(old, fresh, added) {
  const wanted = [...fresh.childNodes];
  const ids = new Set(wanted.map(id).filter(Boolean));
  let at = old.firstChild;
  const drop = () => { const gone = /** @type {ChildNode} */ (at); at = gone.nextSibling; gone.remove(); };
  for (const one of wanted) {
    // Blanks between tags differ between a page and a part of it, and mean nothing.
    if (blank(one)) { if (at && blank(at)) at = at.nextSibling; continue; }
    while (at && ((id(at) && !ids.has(id(at))) || blank(at))) { if (blank(at)) at = at.nextSibling; else drop(); }
    const known = id(one) ? [...old.childNodes].find((child) => id(child) === id(one)) : at && alike(at, one) ? at : null;
    if (known && alike(known, one)) {
      if (known === at) at = at.nextSibling;
      else old.insertBefore(known, at);
      if (known instanceof Element) element(known, /** @type {Element} */ (one), added);
      else if (known.nodeValue !== one.nodeValue) known.nodeValue = one.nodeValue;
    } else {
      old.insertBefore(one, at);
      if (one instanceof Element) added.push(one);
    }
  }
  while (at) drop();
}

/** @param {Element} old @param {Element} fresh @param {Element[]} added */
function element(old, fresh, added) {
  for (const { name, value } of fresh.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  for (const { name } of [...old.attributes]) {
    // What a person unfolded, and a button whose request is under way.
    const kept = (name === 'open' && old.localName === 'details') || ((name === 'disabled' || name === 'class') && old.classList.contains('htmx-request'));
    if (!fresh.hasAttribute(name) && !kept) old.removeAttribute(name);
  }
  children(old, fresh, added);
}
