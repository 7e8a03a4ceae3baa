// What is pressed before the page's modules have run is done when they have: no press is lost, and no browser sends a
// form by itself that a module would have sent. Not a module itself: it must run before the first button is there.
(() => {
  const pressed = new Set();
  const sentByBrowser = (form) => form?.hasAttribute('action');
  function keep(event) {
    const control = event.type === 'submit' ? event.target : event.target.closest('button');
    if (!control || sentByBrowser(control.form || event.target.closest('form'))) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    pressed.add(control);
  }
  function replay() {
    removeEventListener('click', keep, true);
    removeEventListener('submit', keep, true);
    for (const control of pressed) {
      if (control.localName === 'form') control.requestSubmit();
      else control.click();
    }
  }
  addEventListener('click', keep, true);
  addEventListener('submit', keep, true);
  // One turn later: libraries bind their elements at this event, too.
  addEventListener('DOMContentLoaded', () => setTimeout(replay));
})();
