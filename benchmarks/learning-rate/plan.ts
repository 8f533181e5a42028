import type { Experiment } from '../../src/artifacts/experiment.js';
import { HjbLrError } from '../../src/errors.js';
import { planPilot } from '../../src/pilot/design.js';
import { warmupUpdates } from '../../src/pilot/pilot.js';
import { benchmarkOptions, independentMethods, methodsAtBestFixed } from './methods.js';

/** Work of one gradient evaluation of a minibatch that the estimate of the minutes assumes, in milliseconds. */
const MILLISECONDS_PER_EVALUATION = 1.1;

export interface Plan {
  readonly methods: readonly { readonly id: string; readonly label: string; readonly updates: number }[];
  readonly updates: number;
  readonly gradEvals: number;
  /** A guess for a small multi-layer perceptron; `--dry-run` says so. */
  readonly minutes: number;
}

/**
 * What a benchmark will do, before it does it.
 *
 * @param evaluationsPerUpdate - gradient evaluations of one update, the attack's included
 * @throws E_INVALID if the experiment has no benchmark options, or its pilot does not fit its budget
 */
export function planBenchmark(experiment: Experiment, evaluationsPerUpdate: number, workers: number): Plan {
  requireBenchmark(experiment);
  const { horizon, seeds } = experiment;
  const all = [
    ...independentMethods(experiment),
    ...methodsAtBestFixed(experiment, benchmarkOptions(experiment).fixed_rates[0]),
  ];
  const pilot = planPilot(experiment.pilot, horizon, warmupUpdates(experiment));
  const updates = seeds.length * (all.length * horizon + pilot);
  const gradEvals = updates * evaluationsPerUpdate;
  return {
    methods: all.map(({ id, label, family }) => ({
      id,
      label,
      updates: seeds.length * (horizon + (family === 'policy' ? pilot : 0)),
    })),
    updates,
    gradEvals,
    minutes: (gradEvals * MILLISECONDS_PER_EVALUATION) / 60_000 / Math.max(1, workers),
  };
}

export function requireBenchmark(experiment: Experiment): void {
  if (experiment.benchmark !== undefined) return;
  throw new HjbLrError('E_INVALID', 'The experiment has no "benchmark": there is nothing to compare the policy with.', {
    remedy: 'Add for example "benchmark": { "fixed_rates": [0.05, 0.1, 0.2, 0.4, 0.8, 1.6] }.',
    issues: [{ path: 'benchmark', message: 'is missing' }],
  });
}
