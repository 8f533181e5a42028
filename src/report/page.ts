import type { Results } from '../artifacts/results.js';
import { counted, type Figure } from './figure.js';
import { escapeHtml } from './html.js';
import { METHOD_TABLE_HEAD, methodTableRows } from './method-table.js';
import { provenanceSection } from './provenance.js';

export { escapeHtml } from './html.js';

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

/** The whole report as one page that needs nothing from outside itself. */
export function reportPage(results: Results, figures: readonly Figure[], plotly: string): string {
  const specs = figures.map(({ id, data, layout }) => ({ id, data, layout }));
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(results.name)}: hjb-lr report</title><style>${STYLE}</style></head><body>
<h1>${escapeHtml(results.name)}</h1>
${verdictSection(results)}
<h2>All methods</h2>
<p class="caption">Mean ± standard error over ${counted(results.seeds.length, 'seed')}; all methods of a seed share its initial weights, minibatches and attack noise. Final losses: ${escapeHtml(results.scoring ?? 'on fixed examples')}. "Runs" counts everything that had to run to get there, in units of one run at a fixed rate. A run is dead if its final loss is no better than guessing.</p>
<div class="scroll">${methodTable(results)}</div>
${figures.map(figureSection).join('\n')}
${closureSection(results)}
${provenanceSection(results)}
<script type="application/json" id="figures">${embeddedJson(specs)}</script>
<script>${plotly}</script>
<script>for (const { id, data, layout } of JSON.parse(document.getElementById('figures').textContent)) Plotly.newPlot(id, data, layout, { responsive: true, displaylogo: false });</script>
</body></html>
`;
}

function verdictSection({ verdict }: Results): string {
  const [first, ...rest] = verdict.sentences;
  return `<p class="verdict">${escapeHtml(first)}</p>\n<ul>${rest.map((sentence) => `<li>${escapeHtml(sentence)}</li>`).join('')}</ul>`;
}

function methodTable(results: Results): string {
  const rows = methodTableRows(results).map((row) => {
    const highlighted = row[0].startsWith('policy') ? ' class="policy"' : '';
    return `<tr${highlighted}>${row.map((cell) => `<td>${escapeHtml(cell)}</td>`).join('')}</tr>`;
  });
  return `<table><thead>${headRow(METHOD_TABLE_HEAD)}</thead><tbody>${rows.join('')}</tbody></table>`;
}

function figureSection({ id, title, caption, table, openTable }: Figure): string {
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

/** The verdict on every closure of every seed: how well it predicted pilot runs left out of its fit. */
function closureSection(results: Results): string {
  const rows = results.seeds.flatMap(({ seed, followed, coefficients }) =>
    coefficients.closures.map(({ name, verdict }) => {
      const error = `${(100 * verdict.prediction_error).toFixed(1)} %`;
      const each = verdict.left_out.map((run) => (100 * run.prediction_error).toFixed(1)).join(', ');
      const cells = [
        String(seed),
        name,
        error,
        each,
        verdict.within_bound ? 'yes' : 'no',
        name === followed ? 'followed' : '',
      ];
      return `<tr>${cells.map((cell) => `<td>${escapeHtml(cell)}</td>`).join('')}</tr>`;
    }),
  );
  const head = ['seed', 'closure', 'prediction error', 'each run left out, %', 'within the bound', ''];
  return `<h2>Verdict on the closures</h2><p class="caption">Relative error with which each closure predicts pilot runs that were left out of its fit, from their rates alone. The policy follows the better one; loss_alone is the scalar picture, kept as the negative control.</p>
<div class="scroll"><table><thead>${headRow(head)}</thead><tbody>${rows.join('')}</tbody></table></div>`;
}

function headRow(head: readonly string[]): string {
  return `<tr>${head.map((cell) => `<th>${escapeHtml(cell)}</th>`).join('')}</tr>`;
}
