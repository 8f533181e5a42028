import type { Figure } from '../../dist/src/report/figure.js';
import { escapeHtml, figureSection, htmlTable } from '../../dist/src/report/html.js';

/** The part of Deno's Jupyter kernel that is used. */
declare const Deno: {
  jupyter: { display(bundle: Record<string, unknown>, options: { raw: true }): Promise<void> };
};

let shown = 0;

/** Shows figures with their words and numbers: Plotly's own format for a notebook, HTML around its place for a page. */
export async function show(...figures: readonly Figure[]): Promise<void> {
  for (const figure of figures) {
    shown += 1;
    const { title, data, layout, narrow, id } = { ...figure, id: `${figure.id}-${shown}` };
    await display({
      'application/vnd.plotly.v1+json': { id, data, layout: { ...layout, meta: { title } }, narrow },
      'text/html': `<div class="figure">${figureSection({ ...figure, id })}</div>`,
    });
  }
}

export type Cell = string | number | null;

/** Shows rows under a head; numbers with six digits. */
export function showTable(head: readonly string[], rows: readonly (readonly Cell[])[]): Promise<void> {
  const text = (cell: Cell): string =>
    cell === null ? '–' : typeof cell === 'string' ? cell : String(Number(cell.toPrecision(6)));
  return display({
    'text/html': htmlTable(
      head,
      rows.map((row) => row.map(text)),
    ),
  });
}

export function showSentences(sentences: readonly string[]): Promise<void> {
  const items = sentences.map((sentence) => `<li>${escapeHtml(sentence)}</li>`);
  return display({ 'text/html': `<ul>${items.join('')}</ul>` });
}

function display(bundle: Record<string, unknown>): Promise<void> {
  return Deno.jupyter.display(bundle, { raw: true });
}
