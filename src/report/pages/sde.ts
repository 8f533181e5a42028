import type { SdeResult } from '../artifacts/sde-analysis/sde-analysis.js';
import { controlSentences, controlTable } from '../sde/control/text.js';
import type { SgdModel } from '../sde/index.js';
import { coefficientTable, sdeSentences, studySentences } from '../sde/text.js';
import type { Figure } from './figure.js';
import { escapeHtml, figureSection, htmlPage, htmlTable } from './html.js';

/** Coefficients and fields on one page that needs nothing from outside itself. */
export function sdePage(
  { model, result }: { readonly model: SgdModel; readonly result: SdeResult },
  figures: readonly Figure[],
  plotly: string,
): string {
  const { head, rows } = coefficientTable(result);
  const [verdict, ...sentences] = sdeSentences(result);
  const sections = [
    `<p class="verdict">${escapeHtml(verdict)}</p>`,
    `<p class="caption">${result.kept === undefined ? 'Coefficients of dX = b dt + √η u S<sup>1/2</sup> dW, the SDE of adversarial SGD' : 'Adversarial SGD with kept perturbations, as an SDE of weights and perturbations together,'} at the rate η u, η = ${model.eta}, batch size ${model.batchSize}. The model is this file's own, not an example of Gu &amp; Guo (2021).</p>`,
    rows.length === 0 || result.points.length === 0 ? '' : htmlTable(head, rows),
    `<ul>${[...sentences, ...studySentences(result)].map((sentence) => `<li>${escapeHtml(sentence)}</li>`).join('')}</ul>`,
    ...controlSections(result),
    ...figures.map(figureSection),
    `<h2>The model</h2><details><summary>every default filled in</summary><pre><code>${escapeHtml(JSON.stringify(model.file, null, 1))}</code></pre></details>`,
  ];
  return htmlPage({ title: model.file.name, subject: 'hjb-lr SDE', sections, figures, plotly });
}

/** The control's comparison, where it was asked for. */
function controlSections({ control }: SdeResult): string[] {
  if (control === undefined) return [];
  const { head, rows } = controlTable(control);
  const sentences = controlSentences(control).map((sentence) => `<li>${escapeHtml(sentence)}</li>`);
  return ['<h2>The optimal rate in real runs</h2>', htmlTable(head, rows), `<ul>${sentences.join('')}</ul>`];
}
