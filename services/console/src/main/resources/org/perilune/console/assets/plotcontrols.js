// @ts-check
// Pointer, wheel and keys over a plot.
/** @param {import('./plot.js').Plots} plots @param {import('./plot.js').Panel} panel */
export function listen(plots, panel) {
  const { figure, canvas } = panel;
  /** @param {MouseEvent} event */
  const timeAt = (event) => plots.from + (event.offsetX - plots.left) / (canvas.clientWidth - plots.left) * plots.span;
  canvas.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    canvas.setPointerCapture(event.pointerId);
    panel.drag = { kind: event.shiftKey || event.pointerType === 'touch' ? 'pan' : 'zoom', x: event.offsetX,
      now: event.offsetX, from: plots.from, to: plots.to, at: timeAt(event) };
  });
  canvas.addEventListener('pointermove', (event) => {
    plots.hover = timeAt(event);
    const { drag } = panel;
    if (drag) {
      drag.now = event.offsetX;
      if (drag.kind === 'pan') {
        const moved = (drag.x - drag.now) / (canvas.clientWidth - plots.left) * plots.span;
        if (Math.abs(drag.now - drag.x) > 3) plots.show(drag.from + moved, drag.to + moved);
      }
    }
    plots.read();
    plots.draw();
  });
  /** @param {MouseEvent} event */
  const release = (event) => {
    const { drag } = panel;
    panel.drag = null;
    if (drag && drag.kind === 'zoom' && Math.abs(drag.now - drag.x) > 6) {
      const end = timeAt(event);
      plots.show(Math.min(drag.at, end), Math.max(drag.at, end));
    }
    plots.draw();
  };
  canvas.addEventListener('pointerup', release);
  canvas.addEventListener('pointercancel', () => { panel.drag = null; });
  canvas.addEventListener('pointerleave', () => { plots.hover = null; plots.read(); plots.draw(); });
  canvas.addEventListener('dblclick', () => plots.now(900000));
  canvas.addEventListener('wheel', (event) => {
    if (!event.ctrlKey && document.activeElement !== figure) return;
    event.preventDefault();
    plots.zoom(event.deltaY > 0 ? 1.25 : 0.8, timeAt(event));
  }, { passive: false });
  figure.addEventListener('keydown', (event) => {
    /** @type {Record<string, () => void>} */
    const acts = { '+': () => plots.zoom(0.5), '=': () => plots.zoom(0.5), '-': () => plots.zoom(2),
      ArrowLeft: () => plots.pan(-0.25), ArrowRight: () => plots.pan(0.25), 0: () => plots.now(900000),
      Home: () => plots.now(900000) };
    const act = acts[event.key];
    if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    act();
  });
}
