import { allClosures } from '../closures/index.js';
import type { Results } from '../artifacts/results/results.js';
import { counted, type Figure } from './figure.js';
import { escapeHtml, figureSection, headRow, htmlPage } from './html.js';
import { methodTableHead, methodTableRows } from './method-table.js';
import { provenanceSection } from './provenance.js';

export { embeddedJson, escapeHtml } from './html.js';

/** The whole report as one page that needs nothing from outside itself. */
export function reportPage(results: Results, figures: readonly Figure[], plotly: string): string {
  const sections = [
    verdictSection(results),
    `<h2>All methods</h2>
<p class="caption">Mean ± standard error over ${counted(results.seeds.length, 'seed')}; all methods of a seed share its initial weights, minibatches and attack noise. Final losses: ${escapeHtml(results.scoring ?? 'on fixed examples')}. "Runs" counts everything that had to run to get there, in units of one run at a fixed rate. A run is dead if its final loss is no better than guessing.</p>
<div class="scroll">${methodTable(results)}</div>`,
    ...warningSection(results),
    ...figures.map(figureSection),
    ...recommendedSection(results),
    closureSection(results),
    provenanceSection(results),
  ];
  return htmlPage({ title: results.name, subject: 'hjb-lr report', sections, figures, plotly });
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
  return `<table><thead>${headRow(methodTableHead(results))}</thead><tbody>${rows.join('')}</tbody></table>`;
}

/** What makes scores hard to believe: for each sign how many runs show it, and the sentence of the first. */
export function warningSection({ methods }: Results): string[] {
  const found = methods.flatMap(({ label, runs }) =>
    runs.flatMap(({ seed, warnings = [] }) =>
      warnings.map((warning) => ({ ...warning, run: `${label}, seed ${seed}` })),
    ),
  );
  const codes = [...new Set(found.map(({ code }) => code))];
  if (codes.length === 0) return [];
  const items = codes.map((code) => {
    const shown = found.filter((warning) => warning.code === code);
    const first = `${shown[0].message} (${shown[0].run})`;
    return `<li><strong>${escapeHtml(code)}</strong> in ${counted(shown.length, 'run')}. ${escapeHtml(first)}</li>`;
  });
  return [
    `<h2>Scores that are hard to believe</h2><p class="caption">The warnings of AutoAttack (Croce and Hein 2020), looked for on some test examples at the end of every run, and what attack gaps along the runs say.</p>\n<ul>${items.join('')}</ul>`,
  ];
}

/** How the recommended method was made for every seed. */
function recommendedSection({ seeds }: Results): string[] {
  const rows = seeds.flatMap(({ seed, recommended }) =>
    (recommended?.choices ?? []).map(({ choice, value, reason, evidence }) => {
      const cells = [String(seed), choice, value, reason, evidence];
      return `<tr>${cells.map((cell) => `<td>${escapeHtml(cell)}</td>`).join('')}</tr>`;
    }),
  );
  if (rows.length === 0) return [];
  const head = headRow(['seed', 'choice', 'value', 'reason', 'evidence']);
  return [
    `<h2>The recommended method</h2><p class="caption">Computed from the experiment and from readings of the learning rate, which are paid out of the gradient evaluations of one run; nothing is tuned.</p>
<div class="scroll"><table><thead>${head}</thead><tbody>${rows.join('')}</tbody></table></div>`,
  ];
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
  const remarks = Object.values(allClosures())
    .flatMap(({ name, remark }) => (remark === null ? [] : [`; ${name} is ${remark}`]))
    .join('');
  return `<h2>Verdict on the closures</h2><p class="caption">Relative error with which each closure predicts pilot runs that were left out of its fit, from their rates alone. The unguarded policy follows the best one that may be followed${escapeHtml(remarks)}.</p>
<div class="scroll"><table><thead>${headRow(head)}</thead><tbody>${rows.join('')}</tbody></table></div>`;
}
