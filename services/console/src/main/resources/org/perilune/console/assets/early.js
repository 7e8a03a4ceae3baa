// @ts-check
// What is pressed before the page's modules have run is done when they have: no press is lost, and no browser sends a
// form by itself that a module would have sent. Not a module itself: it must run before the first button is there.
(() => {
  /** @type {Set<HTMLElement>} */
  const pressed = new Set();
  /** @param {Element | null | undefined} form */
  const sentByBrowser = (form) => form?.hasAttribute('action');
  /** @param {Event} event */
  function keep(event) {
    const target = /** @type {Element} */ (event.target);
    const control = event.type === 'submit' ? /** @type {HTMLFormElement} */ (target) : target.closest('button');
    if (!control || sentByBrowser(target.closest('form') || ('form' in control ? control.form : null))) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    pressed.add(control);
  }
  function replay() {
    removeEventListener('click', keep, true);
    removeEventListener('submit', keep, true);
    for (const control of pressed) {
      if (control instanceof HTMLFormElement) control.requestSubmit();
      else control.click();
    }
  }
  addEventListener('click', keep, true);
  addEventListener('submit', keep, true);
  // One turn later: libraries bind their elements at this event, too.
  addEventListener('DOMContentLoaded', () => setTimeout(replay));
})();
