import type { Experiment } from '../artifacts/experiment/experiment.js';
import { HjbLrError } from '../errors.js';
import { designCost, type UpdateCost } from '../pilot/design.js';
import { pilotDesign, requireSgd } from '../pilot/pilot.js';
import { readingOptions, readingUpdates } from '../training/reading.js';
import { benchmarkOptions, independentMethods, methodsAtBestFixed, type BenchmarkMethod } from './methods.js';

/** Gradient evaluations on a minibatch. */
export interface UnitCosts {
  /** Of one update, the attack's included. */
  readonly update: number;
  /** Of what the schedule is shown beyond the update's own loss: in runs under the policy, and in the identification runs. */
  readonly observation: number;
  /** Of scoring one run's final weights: charged to none, but it takes time. */
  readonly scoring: number;
}

export interface Plan {
  readonly methods: readonly { readonly id: string; readonly label: string; readonly gradEvals: number }[];
  /** All that is charged: every method of every seed, the policy's pilots included. */
  readonly gradEvals: number;
  /** What is computed besides, for scores alone. */
  readonly scoringGradEvals: number;
}

/**
 * What a benchmark will do at most, before it does it: a search for the peak may stop early, and a policy without a
 * closure observes nothing.
 *
 * @param recommended - `recommendedMethods` of the workload, whose readings are paid out of the gradient evaluations of one run
 * @throws E_INVALID if the experiment has no benchmark options, or its pilot does not fit its budget
 */
export function planBenchmark(
  experiment: Experiment,
  costs: UnitCosts,
  recommended: readonly BenchmarkMethod[] = [],
): Plan {
  requireFeasible(experiment, costs);
  const { horizon, seeds } = experiment;
  const all = [
    ...independentMethods(experiment),
    ...recommended,
    ...methodsAtBestFixed(experiment, benchmarkOptions(experiment).fixed_rates[0]),
  ];
  const observed = costs.update + costs.observation;
  const gradEvals = ({ family }: BenchmarkMethod): number => {
    if (family === 'policy' || family === 'policy_hjb') return horizon * observed + pilotGradEvals(experiment, costs);
    return (horizon + (family === 'named' ? namedReadingUpdates(experiment) : 0)) * costs.update;
  };
  const { fixed_rates, maximum_extensions } = benchmarkOptions(experiment);
  const extensions = fixed_rates.length < 2 ? 0 : maximum_extensions;
  const methods = [
    ...all.map((method) => ({
      id: method.id,
      label: method.label,
      gradEvals: seeds.length * gradEvals(method),
    })),
    ...(extensions === 0 ? [] : [beyondTheGrid(extensions, seeds.length * horizon * costs.update)]),
  ];
  return {
    methods,
    gradEvals: methods.reduce((sum, method) => sum + method.gradEvals, 0),
    scoringGradEvals: seeds.length * (all.length + extensions) * costs.scoring,
  };
}

/** What rates beyond the ends of the grid cost at most. */
function beyondTheGrid(rates: number, each: number): Plan['methods'][number] {
  const label = `fixed rates beyond the ends of the grid, ${rates} at most`;
  return { id: 'fixed-beyond', label, gradEvals: rates * each };
}

/** What the stages of a benchmark take, scores included, in gradient evaluations. */
export interface StageWork {
  /** Pilot, estimate and solve. */
  readonly prepare: number;
  /** The methods that need no other's result. */
  readonly independent: number;
  /** One rate beyond the ends of the grid, and how many there may be. */
  readonly beyond: number;
  readonly mostBeyond: number;
  /** The methods at the best fixed rate. */
  readonly dependent: number;
}

export function stageWork(
  experiment: Experiment,
  costs: UnitCosts,
  recommended: readonly BenchmarkMethod[],
): StageWork {
  const { horizon, seeds } = experiment;
  const { fixed_rates, maximum_extensions } = benchmarkOptions(experiment);
  const run = horizon * costs.update + costs.scoring;
  const of = (methods: readonly BenchmarkMethod[]): number => {
    const observing = methods.filter(({ family }) => family === 'policy' || family === 'policy_hjb').length;
    return seeds.length * (methods.length * run + observing * horizon * costs.observation);
  };
  return {
    prepare: seeds.length * (pilotGradEvals(experiment, costs) + namedReadingUpdates(experiment) * costs.update),
    independent: of([...independentMethods(experiment), ...recommended]),
    beyond: seeds.length * run,
    mostBeyond: fixed_rates.length < 2 ? 0 : maximum_extensions,
    dependent: of(methodsAtBestFixed(experiment, fixed_rates[0])),
  };
}

/** Updates that a seed's own reading for the schedules by name takes at most; 0 without such a schedule. */
export function namedReadingUpdates(experiment: Experiment): number {
  const { named } = benchmarkOptions(experiment);
  return named.length === 0 ? 0 : readingUpdates(readingOptions(experiment), experiment.horizon);
}

function pilotGradEvals(experiment: Experiment, costs: UnitCosts): number {
  return designCost(pilotDesign(experiment, costs), costs);
}

/** @throws E_INVALID if the experiment has no benchmark options, or its pilot does not fit its budget */
export function requireFeasible(experiment: Experiment, cost: UpdateCost): void {
  requireBenchmark(experiment);
  requireSgd(experiment);
  pilotDesign(experiment, cost);
}

export function requireBenchmark(experiment: Experiment): void {
  if (experiment.benchmark !== undefined) return;
  throw new HjbLrError('E_INVALID', 'The experiment has no "benchmark": there is nothing to compare the policy with.', {
    remedy: 'Add for example "benchmark": { "fixed_rates": [0.05, 0.1, 0.2, 0.4, 0.8, 1.6] }.',
    issues: [{ path: 'benchmark', message: 'is missing' }],
  });
}
