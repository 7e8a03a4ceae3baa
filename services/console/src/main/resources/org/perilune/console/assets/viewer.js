// @ts-check
// Who looks at the page, and what that person may do.
import { find } from './dom.js';

const root = find('[data-person]');
export const me = { name: root.dataset.person, operates: root.dataset.operates === 'true', directs: root.dataset.directs === 'true' };
