import { mean } from 'simple-statistics';
import { meanWithError } from '../mean-with-error.js';
import { machineText, type Machine } from '../machine.js';

export interface Run {
  /** `recommended`, `recommended, half the budget`, or the family of a rival. */
  readonly method: string;
  readonly schedule: string;
  readonly seed: number;
  /** Under the strong attack. */
  readonly train_robust_loss: number;
  readonly test_robust_acc: number;
  readonly isDead: boolean;
  readonly rollbacks: number;
  readonly n_grad_evals: number;
  readonly wall_s: number;
}

/** One table of one workload: rivals at the experiment's own attack, or on kept perturbations. */
export interface Comparison {
  readonly workload: string;
  readonly name: string;
  readonly attack: 'own' | 'kept';
  readonly tuned: readonly { readonly family: string; readonly schedule: string; readonly loss: number }[];
  readonly runs: readonly Run[];
}

export interface Study {
  readonly command: string;
  readonly machine: Machine;
  readonly comparisons: readonly Comparison[];
}

export const RECOMMENDED = 'recommended';
export const HALF = 'recommended, half the budget';

const TITLES = {
  own: "Rivals train against the experiment's own attack",
  kept: 'Rivals are given kept perturbations too',
} as const;

/** Two tables, one for each attack of the rivals, and the geometric mean over the workloads below each. */
export function reportText({ command, machine, comparisons }: Study): string {
  return [
    '# `recommended` against what it replaces, at equal gradient evaluations',
    '',
    'Rivals: the best of each family (8 fixed rates, 18 decays, Schedule-Free at 5 rates, Prodigy with a cosine, Adam at 3 rates',
    'constant and with a cosine), chosen on seed 1000 by the training loss and charged for one run alone. All are then trained on seeds 2000',
    'to 2004. Losses and accuracies are under the strong attack (PGD-50 from two starts, and the margin) on 300 examples each. The',
    'last columns compare with the rival that is best on these very seeds, paired.',
    '',
    ...(['own', 'kept'] as const).flatMap((attack) =>
      section(
        attack,
        comparisons.filter((comparison) => comparison.attack === attack),
      ),
    ),
    `${machineText(machine)}; \`${command}\``,
    '',
  ].join('\n');
}

function section(attack: Comparison['attack'], comparisons: readonly Comparison[]): string[] {
  if (comparisons.length === 0) return [];
  const ratios = comparisons.map((comparison) => mean(paired(comparison, RECOMMENDED, logRatio)));
  const points = comparisons.map((comparison) => mean(paired(comparison, RECOMMENDED, difference)));
  return [
    `## ${TITLES[attack]}`,
    '',
    '| workload | method | training loss | robust acc. % | dead | rolled back | loss against the best rival, % | robust points |',
    '|---|---|---|---|---|---|---|---|',
    ...comparisons.flatMap(rowsOf),
    '',
    `Over ${comparisons.length} workloads: training loss ${percent(mean(ratios))} in the geometric mean, robust accuracy ${mean(points).toFixed(1)} points.`,
    '',
  ];
}

function rowsOf(comparison: Comparison): string[] {
  const methods = [...new Set(comparison.runs.map(({ method }) => method))];
  return methods.map((method) => {
    const runs = runsUnder(comparison, method);
    const cells = [
      comparison.workload,
      method === RECOMMENDED || method === HALF ? method : `${method}: ${runs[0].schedule}`,
      meanWithError(
        runs.map((run) => run.train_robust_loss),
        3,
      ),
      meanWithError(
        runs.map((run) => 100 * run.test_robust_acc),
        1,
      ),
      runs.filter(({ isDead }) => isDead).length,
      runs.filter(({ rollbacks }) => rollbacks > 0).length,
      meanWithError(
        paired(comparison, method, logRatio).map((ratio) => 100 * Math.expm1(ratio)),
        1,
      ),
      meanWithError(paired(comparison, method, difference), 1),
    ];
    return `| ${cells.join(' | ')} |`;
  });
}

const logRatio = (run: Run, rival: Run): number => Math.log(run.train_robust_loss / rival.train_robust_loss);

/** Robust accuracy less the rival's, in points. */
export const difference = (run: Run, rival: Run): number => 100 * (run.test_robust_acc - rival.test_robust_acc);

export function runsUnder({ runs }: Comparison, method: string): Run[] {
  return runs.filter((run) => run.method === method);
}

export function meanLoss(comparison: Comparison, method: string): number {
  return mean(runsUnder(comparison, method).map((run) => run.train_robust_loss));
}

/** The rival of the lowest mean loss on these very seeds. */
export function bestRival(comparison: Comparison): string {
  const methods = [...new Set(comparison.runs.map(({ method }) => method))];
  const rivals = methods.filter((name) => name !== RECOMMENDED && name !== HALF);
  return rivals.reduce((best, one) => (meanLoss(comparison, one) < meanLoss(comparison, best) ? one : best));
}

/** A figure of a method against the best rival, seed by seed. */
export function paired(comparison: Comparison, method: string, figure: (run: Run, rival: Run) => number): number[] {
  const rivals = runsUnder(comparison, bestRival(comparison));
  return runsUnder(comparison, method).map((run) =>
    figure(
      run,
      rivals.find(({ seed }) => seed === run.seed)!,
    ),
  );
}

function percent(ratio: number): string {
  return `${(100 * Math.expm1(ratio)).toFixed(1)} %`;
}
