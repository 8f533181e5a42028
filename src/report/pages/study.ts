import { allClosures } from '../../closures/index.js';
import type { Results } from '../../artifacts/results/results.js';
import { asJson } from '../../json.js';
import { leadMethod, studyLead } from '../advice.js';
import type { Page, Section } from '../content.js';
import { counted, type Figure } from '../figure.js';
import { beliefFigures, predictedFigure } from '../figures/beliefs.js';
import { driftFigure, shownClosure } from '../figures/coefficients.js';
import { costFigure, intervalFigure, profileFigure } from '../figures/comparison.js';
import { controlFigures } from '../figures/controls.js';
import { lossDifferenceFigure, lossFigure, rateDifferenceFigure, rateFigure } from '../figures/curves.js';
import { heatMapFigures } from '../figures/heat-maps.js';
import { measuredFigures } from '../figures/measured.js';
import { methodName, methodTableHead, methodTableRows } from '../method-table.js';
import type { Belief, StudyRecord } from '../run-record.js';
import { provenanceSection } from './provenance.js';

/** Where only results.json is at hand. */
export const NO_RECORD: StudyRecord = { controlled: new Map(), beliefs: [], missing: [] };

/** The page of a benchmark: what to use, how the methods compare, how the policy came about and what it did. */
export function studyPage(results: Results, record: StudyRecord = NO_RECORD): Page {
  return {
    kind: 'study',
    title: results.name,
    subject: 'study',
    lead: studyLead(results),
    sections: [
      methodSection(results),
      { id: 'policy-case', title: 'The case of the policy', items: results.verdict.sentences },
      ...warningSection(results),
      ...studyFigures(results, record),
      ...missingSection(record),
      ...recommendedSection(results),
      closureSection(results),
      provenanceSection(results),
    ],
    verdicts: verdictsOf(results),
  };
}

/** Every figure of a study, as plain data. */
export function studyFigures(results: Results, record: StudyRecord = NO_RECORD): Figure[] {
  const fitted = results.seeds.some((seed) => shownClosure(seed) !== null) ? [driftFigure(results)] : [];
  return [
    intervalFigure(results, leadMethod(results)),
    costFigure(results),
    profileFigure(results),
    rateFigure(results),
    ...rateDifferenceFigure(results),
    lossFigure(results),
    ...lossDifferenceFigure(results),
    ...controlFigures(results, record),
    ...predictedFigure(results),
    ...measuredFigures(results),
    ...heatMapFigures(results, record.beliefs.map(pathOf)),
    ...beliefFigures(record.beliefs, closureOf(results)),
    ...fitted,
  ];
}

function pathOf({ seed, update, states }: Belief) {
  return { seed, update, states: update.map((_, k) => states.map(({ band }) => band[k][1])) };
}

/** The closure of the maps. */
function closureOf({ seeds }: Results): string | null {
  return seeds.find(({ solution }) => solution !== null)?.solution?.closure ?? null;
}

/** For programs: the verdict with its outcomes and numbers, not only whether the policy won. */
function verdictsOf(results: Results): Page['verdicts'] {
  const { verdict, best_fixed, decided_by, comparisons, methods, seeds } = results;
  const lead = leadMethod(results);
  return asJson({
    won: verdict.won,
    sentences: verdict.sentences,
    use: { method: lead.id, first_screen: studyLead(results) },
    best_fixed,
    decided_by: decided_by ?? null,
    seeds: seeds.length,
    comparisons,
    methods: methods.map(({ id, label, family, summary }) => ({ id, label, family, summary })),
  });
}

function methodSection(results: Results): Section {
  const ours = results.methods.filter(({ family }) => family === 'policy' || family === 'recommended');
  return {
    id: 'methods',
    title: 'All methods',
    caption: `Mean ± standard error over ${counted(results.seeds.length, 'seed')}; all methods of a seed share its initial weights, minibatches and attack noise. Final losses: ${results.scoring ?? 'on fixed examples'}. "Runs" counts everything that had to run to get there, in units of one run at a fixed rate. A run is dead if its final loss is no better than that of the best constant prediction, or its predictions are constant.`,
    table: {
      head: methodTableHead(results),
      rows: methodTableRows(results),
      chosen: ours.map((method) => methodName(method, results)),
    },
  };
}

/** What makes scores hard to believe: for each sign how many runs show it, and the sentence of the first. */
export function warningSection({ methods }: Pick<Results, 'methods'>): Section[] {
  const found = methods.flatMap(({ label, runs }) =>
    runs.flatMap(({ seed, warnings = [] }) =>
      warnings.map((warning) => ({ ...warning, run: `${label}, seed ${seed}` })),
    ),
  );
  const codes = [...new Set(found.map(({ code }) => code))];
  if (codes.length === 0) return [];
  const items = codes.map((code) => {
    const shown = found.filter((warning) => warning.code === code);
    return `${code} in ${counted(shown.length, 'run')}. ${shown[0].message} (${shown[0].run})`;
  });
  return [
    {
      id: 'warnings',
      title: 'Scores that are hard to believe',
      caption:
        'The warnings of AutoAttack (Croce and Hein 2020), looked for on some test examples at the end of every run, and what attack gaps along the runs say.',
      items,
    },
  ];
}

/** That pictures are missing, and why. */
function missingSection({ missing }: StudyRecord): Section[] {
  if (missing.length === 0) return [];
  return [
    {
      id: 'missing',
      title: 'What could not be drawn',
      caption: `Controls other than the rate, and what the filters believed, are in the training logs, and ${counted(missing.length, 'log')} ${missing.length === 1 ? 'is' : 'are'} not beside these results. Keep results.json in its folder, or give the folder.`,
      items: missing.slice(0, 10),
    },
  ];
}

/** How the recommended method was made for every seed. */
function recommendedSection({ seeds }: Results): Section[] {
  const rows = seeds.flatMap(({ seed, recommended }) =>
    (recommended?.choices ?? []).map(({ choice, value, reason, evidence }) => [seed, choice, value, reason, evidence]),
  );
  if (rows.length === 0) return [];
  return [
    {
      id: 'recommended',
      title: 'The recommended method',
      caption:
        'Computed from the experiment and from readings of the learning rate, which are paid out of the gradient evaluations of one run; nothing is tuned.',
      table: { head: ['seed', 'choice', 'value', 'reason', 'evidence'], rows },
    },
  ];
}

/** The verdict on every closure of every seed: how well it predicted pilot runs left out of its fit. */
function closureSection(results: Results): Section {
  const rows = results.seeds.flatMap(({ seed, followed, coefficients }) =>
    coefficients.closures.map(({ name, verdict }) => [
      seed,
      name,
      `${(100 * verdict.prediction_error).toFixed(1)} %`,
      verdict.left_out.map((run) => (100 * run.prediction_error).toFixed(1)).join(', '),
      verdict.within_bound ? 'yes' : 'no',
      name === followed ? 'followed' : '',
    ]),
  );
  const remarks = Object.values(allClosures())
    .flatMap(({ name, remark }) => (remark === null ? [] : [`; ${name} is ${remark}`]))
    .join('');
  return {
    id: 'closures',
    title: 'Verdict on the closures',
    caption: `Relative error with which each closure predicts pilot runs that were left out of its fit, from their rates alone. The unguarded policy follows the best one that may be followed${remarks}.`,
    table: {
      head: ['seed', 'closure', 'prediction error', 'each run left out, %', 'within the bound', 'by the policy'],
      rows,
    },
  };
}
