// Makes a part of the page say what a fresh one says, and touches only what differs: focus, selection, what is unfolded and
// what a screen reader has already read stay. Gives the elements that are new.
export function patch(old, fresh) {
  const added = [];
  children(old, fresh, added);
  return added;
}

const alike = (a, b) => a.nodeType === b.nodeType && a.nodeName === b.nodeName && (a.id || '') === (b.id || '');

const blank = (node) => node?.nodeType === 3 && !node.data.trim();

// What has an id is known by it, everything else by its place.
function children(old, fresh, added) {
  const wanted = [...fresh.childNodes];
  const ids = new Set(wanted.map((one) => one.id).filter(Boolean));
  let at = old.firstChild;
  const drop = () => { const gone = at; at = at.nextSibling; gone.remove(); };
  for (const one of wanted) {
    // Blanks between tags differ between a page and a part of it, and mean nothing.
    if (blank(one)) { if (blank(at)) at = at.nextSibling; continue; }
    while ((at?.id && !ids.has(at.id)) || blank(at)) { if (blank(at)) at = at.nextSibling; else drop(); }
    const known = one.id ? [...old.children].find((child) => child.id === one.id) : at && alike(at, one) ? at : null;
    if (known && alike(known, one)) {
      if (known === at) at = at.nextSibling;
      else old.insertBefore(known, at);
      if (known.nodeType === 1) element(known, one, added);
      else if (known.data !== one.data) known.data = one.data;
    } else {
      old.insertBefore(one, at);
      if (one.nodeType === 1) added.push(one);
    }
  }
  while (at) drop();
}

function element(old, fresh, added) {
  for (const { name, value } of fresh.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  for (const { name } of [...old.attributes]) {
    // What a person unfolded, and a button whose request is under way.
    const kept = (name === 'open' && old.localName === 'details') || ((name === 'disabled' || name === 'class') && old.classList.contains('htmx-request'));
    if (!fresh.hasAttribute(name) && !kept) old.removeAttribute(name);
  }
  children(old, fresh, added);
}
