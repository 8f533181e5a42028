import { solve, type Answer } from '../../../solvers/index.js';
import { hasWasm } from '../../../solvers/kernels/wasm/module.js';
import type { Policy } from '../../artifacts/policy/policy.js';
import type { SdeControl } from '../../artifacts/sde-analysis/sde-control.js';
import { HjbLrError } from '../../errors.js';
import { weightsRule } from '../../schedules/index.js';
import type { RateRule } from '../iteration/iteration.js';
import type { SgdModel } from '../model.js';
import { bestConstant, bestDecay } from './baselines.js';
import { rateProblem, type RateProblem } from './problem.js';
import { rateBounds, ratePolicy } from './rate-policy.js';
import { controlResult, keptEvery, requireFinite } from './result.js';
import { realRuns, type ControlledRuns } from './runs.js';
import { observed, type RunBands } from './bands.js';

export interface ControlOptions {
  /** Real runs of each method, 2 or more; 10,000 by default. */
  readonly runs?: number;
  /** Master seed; 0 by default. */
  readonly seed?: number;
}

/** The learning-rate control of a model, solved and tried on the real iteration. */
export interface ControlledModel {
  readonly result: SdeControl;
  readonly policy: Policy;
  readonly of: RateProblem;
  readonly answer: Answer;
  /** Weights and rates over time in the reported runs, by method. */
  readonly bands: Readonly<Record<string, RunBands>>;
}

/**
 * Theta-space HJB -> policy -> real adversarial SGD under the policy's feedback rate, against the best constant rate and the
 * best schedule scale / (n + shift), both searched on other samples than those of the reported runs.
 *
 * @throws what `rateProblem` throws; E_INVALID for fewer than 2 runs; E_NOT_CONVERGED if the solver finds no finite value
 *
 * @example
 * const { result, policy } = await controlSgdModel(await compileSgdModel(file), { runs: 10_000 });
 * result.comparisons[0].cost_difference; // of the policy from the best constant rate
 */
export async function controlSgdModel(model: SgdModel, options: ControlOptions = {}): Promise<ControlledModel> {
  const { runs = 10_000, seed = 0 } = options;
  requireRuns(runs);
  const of = await rateProblem(model);
  const answer = solveRate(model, of);
  const run = realRuns(model, of);
  const search = { runs: Math.min(runs, SEARCH_RUNS), seed, purpose: 'sde/control/search' };
  const solved = { of, solution: answer.solution, value: answer.values[0], error: answer.errorEstimates.values[0] };
  const draft = ratePolicy(model, solved, new Float64Array(of.updates).fill(rateBounds(model).most));
  const policy = ratePolicy(model, solved, observed(model, run, ruleOf(draft, of), search).bands.meanRates);
  const constant = bestConstant(model, of.updates, run, search);
  const baselines = [constant, bestDecay(model, constant, run, search)];
  const report = { runs, seed, purpose: REPORTED_RUNS };
  const reported = [
    { name: 'policy' as const, parameters: {}, tried: 0, ...observed(model, run, ruleOf(policy, of), report) },
    ...baselines.map(({ name, parameters, tried, rates }) => ({
      name,
      parameters,
      tried,
      ...observed(model, run, rates, report),
    })),
  ];
  const bands = Object.fromEntries(reported.map((entry) => [entry.name, entry.bands]));
  const result = controlResult(model, of, answer, reported, {
    runs,
    seed,
    minimizer: Object.fromEntries(model.weights.map((name, i) => [name, of.minimizer[i]])),
    policy_id: policy.policy_id,
    loss_error: lossError(model, reported[0].outcome),
    remedy: answer.solution.remedy,
  });
  return { result, policy, of, answer, bands };
}

/** Purpose of the runs that are reported, which names their samples. */
export const REPORTED_RUNS = 'sde/control/report';

/** Runs of one schedule in the search. */
const SEARCH_RUNS = 4000;

/** The policy's rates as the real iteration asks for them. */
export function ruleOf(policy: Policy, { updates }: RateProblem): RateRule {
  const rule = weightsRule(policy, { updates });
  return (k, theta) => rule.decide(k, theta).controls.learning_rate;
}

function requireRuns(runs: number): void {
  if (Number.isSafeInteger(runs) && runs >= 2) return;
  throw new HjbLrError('E_INVALID', `A comparison needs 2 runs or more; got ${runs}.`, {
    remedy: 'Give a whole number such as 10000.',
    issues: [{ path: 'runs', message: `expected a whole number of 2 or more; got ${runs}` }],
  });
}

/** The value and the rate that attains it. @throws E_NOT_CONVERGED where no value is finite */
export function solveRate(model: SgdModel, { problem, control }: RateProblem): Answer {
  const answer = solve(problem, {
    query: [{ t: 0, x: [...model.start] }],
    keep: keptEvery(control),
    kernel: problem.states.length > 1 && hasWasm() ? 'wasm' : 'typescript',
    widerDomain: false,
  });
  return requireFinite(answer);
}

/** Ends of runs at which the interpolated loss is held against the expectation itself. */
const CHECKED = 50;

function lossError({ adversarialLoss, start }: SgdModel, { finalWeights, finalLoss }: ControlledRuns): number {
  const n = start.length;
  let most = 0;
  for (let run = 0; run < Math.min(CHECKED, finalLoss.length); run += 1) {
    const theta = finalWeights.slice(run * n, (run + 1) * n);
    if (theta.every(Number.isFinite)) most = Math.max(most, Math.abs(adversarialLoss(theta) - finalLoss[run]));
  }
  return most;
}
