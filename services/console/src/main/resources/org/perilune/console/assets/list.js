// @ts-check
// A list on a page, kept in step with what it shows.

// Puts elements in this order. What stays is not touched, and the focus stays on it.
/** @param {Element} host @param {Element[]} wanted */
export function arrange(host, wanted) {
  const focused = document.activeElement;
  const kept = new Set(wanted);
  for (const element of [...host.children]) if (!kept.has(element)) element.remove();
  let at = host.firstElementChild;
  for (const element of wanted) {
    if (element === at) at = at.nextElementSibling;
    else host.insertBefore(element, at);
  }
  if (focused instanceof HTMLElement && focused !== document.activeElement && host.contains(focused)) focused.focus();
}

/**
 * One element for each id, made once and written each time it is shown.
 * @template {{ id: unknown }} T @template {{ element: Element }} R
 */
export class List {
  /** @param {Element} host @param {(item: T) => R} create @param {(row: R, item: T) => void} write */
  constructor(host, create, write) {
    this.host = host;
    this.create = create;
    this.write = write;
    /** @type {Map<unknown, R>} */
    this.rows = new Map();
  }

  // These, in this order, and no others.
  /** @param {T[]} items */
  show(items) {
    const shown = new Map(items.map((item) => {
      const row = this.rows.get(item.id) || this.create(item);
      this.write(row, item);
      return [item.id, row];
    }));
    this.rows = shown;
    arrange(this.host, [...shown.values()].map((row) => row.element));
  }
}
