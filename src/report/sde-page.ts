import path from 'node:path';
import { writeFileAtomic } from '../artifacts/files.js';
import type { SgdModelFile } from '../artifacts/sgd-model/sgd-model.js';
import { EXIT_CODES } from '../errors.js';
import { analyseModelFile, compileSgdModel, type AnalysedModel, type SdeOptions } from '../sde/index.js';
import type { Figure } from './figure.js';
import { controlFigures } from './figures/sde-control.js';
import { fieldFigures } from './figures/sde-fields.js';
import { studyFigures, studySentences } from './figures/sde-studies.js';
import { escapeHtml, figureSection, htmlPage, htmlTable, plotlySource } from './html.js';
import { controlSentences, controlTable, controlText } from '../sde/control/text.js';
import { coefficientTable, sdeSentences, sdeText } from '../sde/text.js';

export interface SdeStageOptions extends SdeOptions {
  /** Whether to write sde.html, which needs a folder. */
  readonly html: boolean;
  readonly onProgress?: (event: { stage: string; done: number; total: number }) => void;
}

/**
 * `hjb-lr sde MODEL`: model of adversarial SGD -> the coefficients of its SDE, sde.json with a folder, sde.html if asked.
 *
 * @example
 * const { result } = await sdeStage({ modelPath: 'model.json', out: undefined, html: false, seed: 0 });
 * result.points[0].drift_2; // b0 + eta b1 at the first point
 */
export async function sdeStage(options: SdeStageOptions) {
  options.onProgress?.({ stage: 'sde', done: 0, total: 1 });
  const analysed = await analyseModelFile(options);
  const page = options.html ? [await writePage(options, analysed)] : [];
  options.onProgress?.({ stage: 'sde', done: 1, total: 1 });
  const artifacts = [...analysed.artifacts, ...page];
  return {
    artifacts,
    summary: [
      ...sdeText(analysed.result),
      ...studySentences(analysed.result),
      ...(analysed.result.control === undefined ? [] : controlText(analysed.result.control)),
      ...artifacts.map((file) => `written: ${file}`),
    ],
    result: analysed.result,
    exitCode: isConverged(analysed) ? EXIT_CODES.ok : EXIT_CODES.not_converged,
  };
}

function isConverged({ result: { control } }: AnalysedModel): boolean {
  return control === undefined || control.solver.status === 'converged';
}

/** Samples of a Monte Carlo picture: a hundred times fewer than of a number. */
const DRAWN_SAMPLES = 2048;

async function writePage({ out, modelPath, seed }: SdeStageOptions, analysed: AnalysedModel): Promise<string> {
  const folder = path.dirname(modelPath);
  const drawn = (model: SgdModelFile) => compileSgdModel(model, { folder, seed, samples: DRAWN_SAMPLES });
  const { file: model } = analysed.model;
  const fields = fieldFigures(await drawn(model), await drawn({ ...model, attack: { type: 'none' } }));
  const figures = [...fields, ...studyFigures(analysed.result)];
  if (analysed.controlled !== undefined) figures.push(...controlFigures(analysed.controlled, analysed.model.eta));
  const file = path.join(out!, 'sde.html');
  await writeFileAtomic(file, sdePage(analysed, figures, await plotlySource()));
  return file;
}

/** Coefficients and fields on one page that needs nothing from outside itself. */
export function sdePage(
  { model, result }: Pick<AnalysedModel, 'model' | 'result'>,
  figures: readonly Figure[],
  plotly: string,
): string {
  const { head, rows } = coefficientTable(result);
  const [verdict, ...sentences] = sdeSentences(result);
  const sections = [
    `<p class="verdict">${escapeHtml(verdict)}</p>`,
    `<p class="caption">Coefficients of dX = b dt + √η u S<sup>1/2</sup> dW, the SDE of adversarial SGD at the rate η u, η = ${model.eta}, batch size ${model.batchSize}. The model is this file's own, not an example of Gu &amp; Guo (2021).</p>`,
    rows.length === 0 || result.points.length === 0 ? '' : htmlTable(head, rows),
    `<ul>${[...sentences, ...studySentences(result)].map((sentence) => `<li>${escapeHtml(sentence)}</li>`).join('')}</ul>`,
    ...controlSections(result),
    ...figures.map(figureSection),
    `<h2>The model</h2><details><summary>every default filled in</summary><pre><code>${escapeHtml(JSON.stringify(model.file, null, 1))}</code></pre></details>`,
  ];
  return htmlPage({ title: model.file.name, subject: 'hjb-lr SDE', sections, figures, plotly });
}

/** The control's comparison, where it was asked for. */
function controlSections({ control }: AnalysedModel['result']): string[] {
  if (control === undefined) return [];
  const { head, rows } = controlTable(control);
  const sentences = controlSentences(control).map((sentence) => `<li>${escapeHtml(sentence)}</li>`);
  return ['<h2>The optimal rate in real runs</h2>', htmlTable(head, rows), `<ul>${sentences.join('')}</ul>`];
}
