import type { Policy } from '../../artifacts/policy/policy.js';
import type { SdeControl } from '../../artifacts/sde-analysis/sde-control.js';
import type { SgdModel } from '../model.js';
import { BAND_RUNS, observed, type RunBands } from './bands.js';
import { constantRates, decayRates } from './baselines.js';
import { REPORTED_RUNS, ruleOf, solveRate, type ControlledModel } from './control.js';
import { rateProblem } from './problem.js';
import { realRuns } from './runs.js';

/**
 * What a control that was written to a file went through, for pictures: its equation solved again, and its first real runs
 * under its policy and its schedules, on the same samples.
 *
 * @param model - compiled from the same file with the same seed
 * @param policy - that the control was written with
 */
export async function retraceControl(
  model: SgdModel,
  control: SdeControl,
  policy: Policy,
): Promise<Pick<ControlledModel, 'of' | 'answer' | 'bands'>> {
  const of = await rateProblem(model);
  const run = realRuns(model, of);
  const watched = { runs: Math.min(control.runs, BAND_RUNS), seed: control.seed, purpose: REPORTED_RUNS };
  const bandsOf = ({ name, parameters }: SdeControl['methods'][number]): RunBands => {
    const rule = name === 'policy' ? ruleOf(policy, of) : ratesOf(model, of.updates, parameters);
    return observed(model, run, rule, watched).bands;
  };
  const bands = Object.fromEntries(control.methods.map((method) => [method.name, bandsOf(method)]));
  return { of, answer: solveRate(model, of), bands };
}

/** A schedule from its parameters in the file. */
function ratesOf(
  model: SgdModel,
  updates: number,
  { rate, scale, shift }: Readonly<Record<string, number>>,
): Float64Array {
  return rate === undefined ? decayRates(model, updates, { scale, shift }) : constantRates(updates, rate);
}
