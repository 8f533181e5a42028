import path from 'node:path';
import { readArtifact, writeFileAtomic } from '../../artifacts/files.js';
import type { Results } from '../../artifacts/results/results.js';
import type { ReportStageOptions } from './declaration.js';
import type { Figure } from '../figure.js';
import { driftFigure, shownClosure } from '../figures/coefficients.js';
import { lossFigure, rateFigure } from '../figures/curves.js';
import { heatMapFigures } from '../figures/heat-maps.js';
import { measuredFigures } from '../figures/measured.js';
import { plotlySource } from '../html.js';
import { methodTableText } from '../method-table.js';
import { reportPage } from '../page.js';

/** Every figure of a report, as plain data. */
export function reportFigures(results: Results): Figure[] {
  const fitted = results.seeds.some((seed) => shownClosure(seed) !== null) ? [driftFigure(results)] : [];
  return [rateFigure(results), lossFigure(results), ...measuredFigures(results), ...fitted, ...heatMapFigures(results)];
}

/** `hjb-lr report RESULTS`: results.json -> report.html, one offline page. */
export async function reportStage({ resultsPath, out }: ReportStageOptions) {
  const results = await readArtifact('results', resultsPath);
  const plotly = await plotlySource();
  const file = path.join(out, 'report.html');
  await writeFileAtomic(file, reportPage(results, reportFigures(results), plotly));
  return {
    artifacts: [file],
    summary: [methodTableText(results), ...results.verdict.sentences, `report: ${file}`],
    result: { won: results.verdict.won },
  };
}
