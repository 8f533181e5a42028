import { interpolateSolution, solve, type Answer } from '../../../../solvers/index.js';
import { hasWasm } from '../../../../solvers/kernels/wasm/module.js';
import type { SdeControl } from '../../../artifacts/sde-analysis/sde-control.js';
import type { ControlOptions } from '../../control/control.js';
import { controlResult, keptEvery, requireFinite } from '../../control/result.js';
import { countIssues, refuseOptions, seedIssues } from '../../door-studies.js';
import type { SgdModel } from '../../model.js';
import { bestConstants, type ConstantRates } from './baselines.js';
import { bothRatesProblem, type BothRatesProblem } from './problem.js';
import { bothRatesRuns, type BothRates, type BothRatesRuns } from './runs.js';

/** The control of both rates, solved and tried on the real iteration. */
export interface ControlledKept {
  readonly result: SdeControl;
  readonly of: BothRatesProblem;
  readonly answer: Answer;
  /** Means of rates and states over the reported runs, by method. */
  readonly means: Readonly<Record<string, BothRatesRuns['means']>>;
}

const RUNS = 10_000;
const SEARCH_RUNS = 1000;

/**
 * One control problem of both rates: minimise the expected costs of the file, in which `loss` is the strong adversarial loss, over
 * the learning rate and, within `control.attack_rate`, the step size of the attack. The HJB equation in the states theta and m is
 * solved, and its feedback tried on the real iteration against the null hypotheses: the best constants, of both rates and of the
 * learning rate alone at the file's eta_i, searched on other draws.
 *
 * @throws what `bothRatesProblem` throws; E_INVALID for options out of range; E_NOT_CONVERGED if no value is finite
 *
 * @example
 * const { result } = await controlKept(await compileSgdModel(file), { runs: 5000 });
 * result.comparisons[0].cost_difference; // of the policy from the best constant rates
 */
export async function controlKept(model: SgdModel, options: ControlOptions = {}): Promise<ControlledKept> {
  const { runs = RUNS, seed = 0 } = options;
  refuseOptions('the control', [...countIssues({ runs }), ...seedIssues(seed)]);
  const of = await bothRatesProblem(model);
  const answer = solved(model, of);
  const run = bothRatesRuns(model, of);
  const search = { runs: Math.min(runs, SEARCH_RUNS), seed, purpose: 'sde/kept/control/search' };
  const baselines = bestConstants(model, of, (rates) => run(constantRule(rates), search));
  const report = { runs, seed, purpose: 'sde/kept/control/report' };
  const reported = [
    { name: 'policy' as const, outcome: run(policyRule(model, of, answer), report), parameters: {}, tried: 0 },
    ...baselines.map(({ name, rates, tried }) => ({
      name,
      outcome: run(constantRule(rates), report),
      parameters: { rate: rates[0], attack_rate: rates[1] },
      tried,
    })),
  ];
  const means = Object.fromEntries(reported.map(({ name, outcome }) => [name, outcome.means]));
  const { learning_rate, attack_rate } = reported[0].outcome.means;
  const result = controlResult(model, of, answer, reported, {
    runs,
    seed,
    minimizer: { [model.weights[0]]: of.minimizer },
    policy_id: null,
    mean_rates: { learning_rate: [...learning_rate], attack_rate: [...attack_rate] },
    loss_error: 0,
    remedy: answer.remedy,
  });
  return { result, of, answer, means };
}

function solved({ start }: SgdModel, { problem, control }: BothRatesProblem): Answer {
  const kernel = hasWasm() ? 'wasm' : 'typescript';
  return requireFinite(solve(problem, { query: [{ t: 0, x: [start[0], 0] }], keep: keptEvery(control), kernel }));
}

/** The feedback of the solution; beyond its grid that of the nearest place. */
function policyRule({ eta }: SgdModel, { problem, attackRate }: BothRatesProblem, { solution }: Answer): BothRates {
  const nearest = problem.states.map(
    ({ grid }) =>
      (x: number) =>
        Math.max(grid[0], Math.min(grid[grid.length - 1], x)),
  );
  return (k, theta, m, out) => {
    const { controls } = interpolateSolution(problem, solution, k * eta, [nearest[0](theta), nearest[1](m)]);
    out[0] = eta * controls![0];
    out[1] = controls![1] ?? attackRate[0];
  };
}

function constantRule(rates: ConstantRates): BothRates {
  return (_k, _theta, _m, out) => out.set(rates);
}
