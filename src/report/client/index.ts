import * as controls from './controls.js';
import * as draw from './draw.js';
import * as tables from './tables.js';

export { compareKeys, sortKey } from './tables.js';
export { csvOf } from './controls.js';

/**
 * The script of a page, which runs after Plotly's: it reads the figures from the element "figures", draws them as they come
 * near the view, and makes legends, menus, exports and tables work. `hjbLrReport.drawAll()` draws the rest.
 */
export function clientScript(darkColors: Readonly<Record<string, string>>): string {
  const functions = Object.values({ ...draw, ...controls, ...tables }).map(String);
  // Longest first: a colour with its opacity before the colour itself.
  const colors = Object.entries(darkColors).sort(([a], [b]) => b.length - a.length);
  return `'use strict';(() => {
const __name = (f) => f;
${functions.join('\n')}
bindTables();
const state = startPage(JSON.parse(document.getElementById('figures').textContent), ${JSON.stringify(colors)});
globalThis.hjbLrReport = { drawAll: () => drawAll(state) };
})();`;
}
