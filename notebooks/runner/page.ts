import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Figure } from '../../src/report/figure.js';
import { htmlPage, plotlySource } from '../../src/report/html.js';
import { command } from './command.js';
import { withMathMl } from './mathematics.js';
import { textOf, titleOf, type Notebook } from './notebook.js';
import type { Tools } from './tools.js';

const PLOTLY = 'application/vnd.plotly.v1+json';

const STYLE = `<style>
.rendered_html p, .rendered_html li { max-width: 80ch; } .prompt, .anchor-link { display: none; }
.rendered_html table { width: auto; } .rendered_html th { text-align: left; } .rendered_html .scroll th:not(:first-child) { text-align: right; } .rendered_html td:not(:first-child):not(.text) { white-space: normal; } .rendered_html td { text-align: left; } .rendered_html .scroll td:not(:first-child) { text-align: right; white-space: nowrap; }
.highlight { background: var(--soft); border-left: 3px solid var(--line); padding: .1rem .8rem; margin: .8rem 0; } .highlight pre { font-size: .82rem; line-height: 1.45; margin: .4rem 0; }
.highlight { --keyword: #6f42c1; --string: #0a5a2f; --comment: #57606a; --number: #0550ae; } @media (prefers-color-scheme: dark) { .highlight { --keyword: #d2a8ff; --string: #7ee2a8; --comment: #a8b3bf; --number: #8ec5ff; } }
.highlight .kd, .highlight .k, .highlight .kr { color: var(--keyword); } .highlight .s1, .highlight .s2, .highlight .sb { color: var(--string); } .highlight .c1 { color: var(--comment); } .highlight .mf, .highlight .mi { color: var(--number); }
math[display=block], .rendered_html > table, .jp-RenderedHTMLCommon > table { display: block; max-width: 100%; overflow-x: auto; } img, svg { max-width: 100%; }
.figure { max-width: 900px; } .figure h2 { font-size: 1rem; margin: 1.2rem 0 0; } math { font-size: 1.08em; } math[display=block] { margin: .8rem 0; }
</style>`;

/** One page of an executed notebook that needs nothing from outside itself. */
export async function pageOf(
  notebook: Notebook,
  { tools, workFolder, signal }: { tools: Tools; workFolder: string; signal: AbortSignal },
): Promise<string> {
  const body = await bodyOf(withMathMl(notebook, tools.toMathMl), tools, workFolder, signal);
  return htmlPage({
    title: titleOf(notebook),
    subject: 'hjb-lr notebook',
    sections: [STYLE, body],
    figures: figuresOf(notebook),
    plotly: await plotlySource(),
  });
}

async function bodyOf(notebook: Notebook, tools: Tools, workFolder: string, signal: AbortSignal): Promise<string> {
  const [source, target] = ['to-export.ipynb', 'body.html'].map((name) => path.join(workFolder, name));
  await writeFile(source, JSON.stringify(withoutFigures(withoutTitle(notebook))));
  const to = ['--to', 'html', '--template', 'basic', '--no-prompt', '--output', target, source];
  const { code, text } = await command([...tools.nbconvert, ...to], { signal });
  signal.throwIfAborted();
  if (code !== 0) throw new Error(`nbconvert could not export: ${text}`);
  // What scrolls sideways is reached by keyboard.
  return (await readFile(target, 'utf8')).replaceAll(
    '<math class="tml-display"',
    '<math tabindex="0" class="tml-display"',
  );
}

/** The page has the title already. */
function withoutTitle(notebook: Notebook): Notebook {
  const [first, ...others] = notebook.cells;
  return { ...notebook, cells: [{ ...first, source: textOf(first).replace(/^# .+$/m, '') }, ...others] };
}

type Output = Extract<Notebook['cells'][number], { cell_type: 'code' }>['outputs'][number];

function outputsOf({ cells }: Notebook): Output[] {
  return cells.flatMap((cell) => (cell.cell_type === 'code' ? cell.outputs : []));
}

/** Id, data and layout of every figure; its place is in the HTML beside it. */
export function figuresOf(notebook: Notebook): Pick<Figure, 'id' | 'data' | 'layout' | 'narrow'>[] {
  return outputsOf(notebook).flatMap((output) =>
    'data' in output && PLOTLY in output.data ? [output.data[PLOTLY] as Figure] : [],
  );
}

/** Leaves nbconvert the HTML beside each figure, which holds its place, its words and its numbers. */
function withoutFigures(notebook: Notebook): Notebook {
  const bare = (output: Output): Output => {
    if (!('data' in output)) return output;
    const { [PLOTLY]: _, ...data } = output.data;
    return { ...output, data };
  };
  const cells = notebook.cells.map((cell) =>
    cell.cell_type === 'code' ? { ...cell, outputs: cell.outputs.map(bare) } : cell,
  );
  return { ...notebook, cells };
}
