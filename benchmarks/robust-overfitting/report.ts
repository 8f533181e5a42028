import { mean } from 'simple-statistics';
import { meanWithError } from '../mean-with-error.js';
import { machineText, type Machine } from '../machine.js';

export interface Run {
  /** Runs of 2,000 updates at the experiment's K, in gradient evaluations. */
  readonly budget: number;
  readonly seed: number;
  readonly method: string;
  /** Updates that the run was planned for, at the experiment's K. */
  readonly length: number;
  /** Peak rate of a decay. */
  readonly rate: number | null;
  readonly test_robust_loss: number;
  readonly test_robust_acc: number;
  /** Updates after which the weights stood that were returned. */
  readonly returned_update: number | null;
  /** Share of the gradient evaluations that went into looks. */
  readonly looks_share: number;
  readonly n_grad_evals: number;
}

export interface SetResult {
  readonly images: number;
  readonly runs: readonly Run[];
}

export interface Study {
  readonly command: string;
  readonly machine: Machine;
  readonly host: Readonly<Record<string, string | null>>;
  readonly seeds: readonly number[];
  readonly sets: readonly SetResult[];
}

/** Methods whose length, and rate where they have one, is chosen in hindsight. */
export const LINEAR = 'linear decay';
export const COSINE = 'Prodigy + cosine';

const METHODS = ['recommended', 'recommended, last weights', 'constant 0.4, best checkpoint'];

/** The study as a table: of every set and budget each method's loss, and its paired difference to the best decay. */
export function reportText({ sets, command, machine, seeds }: Study): string {
  return [
    '# Robust overfitting: few images, and how long to train on them',
    '',
    `Adversarial loss (PGD-10) on 2,000 test images, which no decision has seen; mean over ${seeds.length} seeds. The best linear`,
    'decay is chosen in hindsight, by this very loss, from two peak rates and all lengths up to the budget.',
    '',
    '| images | budget | method | loss | % against the best decay, paired | robust acc. % | points against it | returned after updates | looks, % of the budget |',
    '|---|---|---|---|---|---|---|---|---|',
    ...sets.flatMap(({ images, runs }) => budgetsOf(runs).flatMap((budget) => rows(images, budget, runs))),
    '',
    `${machineText(machine)}; \`${command}\``,
    '',
  ].join('\n');
}

function budgetsOf(runs: readonly Run[]): number[] {
  return [...new Set(runs.map(({ budget }) => budget))];
}

function rows(images: number, budget: number, runs: readonly Run[]): string[] {
  const decay = bestOf(LINEAR, budget, runs);
  const cosine = bestOf(COSINE, budget, runs);
  return [
    row([images, budget, `linear decay from ${decay[0].rate} over ${decay[0].length} updates`], decay, decay),
    row([images, budget, `Prodigy + cosine over ${cosine[0].length} updates`], cosine, decay),
    ...METHODS.map((method) => {
      const own = runs.filter((run) => run.method === method && run.budget === budget);
      return row([images, budget, method], own, decay);
    }),
  ];
}

/** Of every length and rate of a method that fits into the budget the runs of all seeds; those of the lowest mean loss. */
function bestOf(method: string, budget: number, runs: readonly Run[]): Run[] {
  const groups = new Map<string, Map<number, Run>>();
  for (const run of runs.filter((other) => other.method === method && other.budget <= budget)) {
    const key = `${run.length} ${run.rate}`;
    groups.set(key, (groups.get(key) ?? new Map<number, Run>()).set(run.seed, run));
  }
  const all = [...groups.values()].map((bySeed) => [...bySeed.values()]);
  const loss = (group: readonly Run[]): number => mean(group.map((run) => run.test_robust_loss));
  return all.reduce((best, group) => (loss(group) < loss(best) ? group : best));
}

function row(place: readonly (string | number)[], runs: readonly Run[], decay: readonly Run[]): string {
  const paired = (figure: (run: Run, other: Run) => number): number[] =>
    runs.map((run) =>
      figure(
        run,
        decay.find(({ seed }) => seed === run.seed)!,
      ),
    );
  const percent = paired((run, other) => 100 * (run.test_robust_loss / other.test_robust_loss - 1));
  const points = paired((run, other) => 100 * (run.test_robust_acc - other.test_robust_acc));
  const returned = runs.map((run) => run.returned_update).filter((update) => update !== null);
  const cells = [
    ...place,
    mean(runs.map((run) => run.test_robust_loss)).toFixed(4),
    meanWithError(percent, 2),
    mean(runs.map((run) => 100 * run.test_robust_acc)).toFixed(1),
    meanWithError(points, 2),
    returned.length === 0 ? 'the last' : returned.join(', '),
    (100 * mean(runs.map((run) => run.looks_share))).toFixed(1),
  ];
  return `| ${cells.join(' | ')} |`;
}
