// @ts-check
// Wheel, keys and panning over a plot; dragging to zoom is the chart's.
/** @param {import('./plot.js').Plots} plots @param {import('./plot.js').Panel} panel @param {HTMLElement} over */
export function listen(plots, panel, over) {
  /** @type {{ x: number, from: number, to: number } | null} */
  let pan = null;
  /** @param {MouseEvent} event */
  const timeAt = (event) => plots.from + event.offsetX / over.clientWidth * plots.span;
  over.addEventListener('pointerdown', (event) => {
    if (event.button !== 0 || !(event.shiftKey || event.pointerType === 'touch')) return;
    over.setPointerCapture(event.pointerId);
    pan = { x: event.offsetX, from: plots.from, to: plots.to };
  });
  over.addEventListener('pointermove', (event) => {
    if (!pan || Math.abs(event.offsetX - pan.x) <= 3) return;
    const moved = (pan.x - event.offsetX) / over.clientWidth * (pan.to - pan.from);
    plots.show(pan.from + moved, pan.to + moved);
  });
  for (const end of ['pointerup', 'pointercancel']) over.addEventListener(end, () => { pan = null; });
  over.addEventListener('dblclick', () => { plots.choose(panel, null); plots.now(900000); });
  over.addEventListener('wheel', (event) => {
    if (!event.ctrlKey && document.activeElement !== panel.figure) return;
    event.preventDefault();
    plots.zoom(event.deltaY > 0 ? 1.25 : 0.8, timeAt(event));
  }, { passive: false });
}

/** @param {import('./plot.js').Plots} plots @param {import('./plot.js').Panel} panel */
export function keys(plots, panel) {
  panel.figure.addEventListener('keydown', (event) => {
    const reset = () => { plots.choose(panel, null); plots.now(900000); };
    /** @type {Record<string, () => void>} */
    const acts = { '+': () => plots.zoom(0.5), '=': () => plots.zoom(0.5), '-': () => plots.zoom(2),
      ArrowLeft: () => plots.pan(-0.25), ArrowRight: () => plots.pan(0.25), 0: reset, Home: reset };
    const act = acts[event.key];
    if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    act();
  });
}
