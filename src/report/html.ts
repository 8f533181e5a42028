import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Figure } from './figure.js';

/** Text that is safe inside HTML and in attributes. */
export function escapeHtml(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  return text.replace(/[&<>"']/g, (character) => entities[character]);
}

/** JSON that cannot end the script element that holds it. */
export function embeddedJson(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c');
}

const STYLE = `
body { font: 16px/1.5 system-ui, sans-serif; max-width: 1100px; margin: 2rem auto; padding: 0 1rem; color: #1a1a1a; }
h1 { font-size: 1.6rem; line-height: 1.25; margin-bottom: .3rem; } h2 { font-size: 1.2rem; margin-top: 2.5rem; }
.verdict { font-size: 1.15rem; border-left: 5px solid #d55e00; padding: .2rem 0 .2rem 1rem; margin: 1rem 0; }
.caption { color: #444; max-width: 75ch; } table { border-collapse: collapse; font-size: .88rem; width: 100%; }
th, td { padding: .3rem .55rem; border-bottom: 1px solid #ddd; text-align: right; vertical-align: top; }
th:first-child, td:first-child { text-align: left; } td:not(:first-child):not(.text) { white-space: nowrap; } td.text { text-align: left; min-width: 22ch; } .facts td:last-child { text-align: left; white-space: normal; } tr.policy td { font-weight: 600; background: #fdf1ea; }
details { margin: .5rem 0 1rem; } summary { cursor: pointer; color: #555; } code { font-size: .85em; overflow-wrap: anywhere; }
.scroll { overflow-x: auto; } @media print { details { display: none; } }`;

export interface PageContent {
  readonly title: string;
  /** What the page is, behind the title in the window's name. */
  readonly subject: string;
  /** HTML below the title, the figures' places among it. */
  readonly sections: readonly string[];
  readonly figures: readonly Pick<Figure, 'id' | 'data' | 'layout'>[];
  /** Source of Plotly, which goes into the page. */
  readonly plotly: string;
}

/** One page that needs nothing from outside itself. */
export function htmlPage({ title, subject, sections, figures, plotly }: PageContent): string {
  const specs = figures.map(({ id, data, layout }) => ({ id, data, layout }));
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}: ${escapeHtml(subject)}</title><style>${STYLE}</style></head><body>
<h1>${escapeHtml(title)}</h1>
${sections.join('\n')}
<script type="application/json" id="figures">${embeddedJson(specs)}</script>
<script>${plotly}</script>
<script>for (const { id, data, layout } of JSON.parse(document.getElementById('figures').textContent)) Plotly.newPlot(id, data, layout, { responsive: true, displaylogo: false });</script>
</body></html>
`;
}

/** Where a figure is drawn, with its words and its numbers. */
export function figureSection({ id, title, caption, table, openTable }: Figure): string {
  const rows = table.rows.map(
    (row) =>
      `<tr>${row.map((cell) => `<td${isProse(cell)}>${escapeHtml(cell === null ? '–' : String(cell))}</td>`).join('')}</tr>`,
  );
  return `<h2>${escapeHtml(title)}</h2><p class="caption">${escapeHtml(caption)}</p><div id="${id}"></div>
<details${openTable === true ? ' open' : ''}><summary>the numbers</summary><div class="scroll"><table><thead>${headRow(table.head)}</thead><tbody>${rows.join('')}</tbody></table></div></details>`;
}

/** Sentences may wrap. */
function isProse(cell: string | number | null): string {
  return typeof cell === 'string' && cell.length > 40 ? ' class="text"' : '';
}

export function headRow(head: readonly string[]): string {
  return `<tr>${head.map((cell) => `<th>${escapeHtml(cell)}</th>`).join('')}</tr>`;
}

/** A table of plain text. */
export function htmlTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const body = rows.map((row) => `<tr>${row.map((cell) => `<td>${escapeHtml(cell)}</td>`).join('')}</tr>`);
  return `<div class="scroll"><table><thead>${headRow(head)}</thead><tbody>${body.join('')}</tbody></table></div>`;
}

/** The source of Plotly, for pages that need no network. */
export async function plotlySource(): Promise<string> {
  const require = createRequire(import.meta.url);
  return readFile(require.resolve('plotly.js-dist-min'), 'utf8');
}
