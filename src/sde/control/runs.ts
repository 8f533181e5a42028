import { nextFastStream } from '../../math/fast-stream.js';
import { randomStream } from '../../math/random.js';
import { fuseIteration, type RateRule } from '../iteration/iteration.js';
import type { SgdModel } from '../model.js';
import { lossTable } from './loss-table.js';
import type { RateProblem } from './problem.js';

/** Real runs under one rule for the rate: a number for each run, in their order. */
export interface ControlledRuns {
  /** terminal cost + sum over the updates of eta times the running cost; not finite where a run diverged. */
  readonly cost: Float64Array;
  /** Adversarial loss at the end. */
  readonly finalLoss: Float64Array;
  /** Weights at the end, [runs, weights]. */
  readonly finalWeights: Float64Array;
}

/** What watches runs: the weights before each update and its learning rate. */
export type Observer = (run: number, k: number, theta: Float64Array, rate: number) => void;

export interface RunsOptions {
  readonly runs: number;
  readonly seed: number;
  /** What the runs are for: the same seed and purpose give the same samples, whatever the rates. */
  readonly purpose: string;
}

/** Runs the real iteration of a model, from its start to its horizon. */
export interface RealRuns {
  (rates: Float64Array | RateRule, options: RunsOptions, observe?: Observer): ControlledRuns;
}

/**
 * Real adversarial SGD under rules for its rate, with the costs of the control problem.
 *
 * @returns a function of the learning rates (absolute: `rates[k]` of update k, or a rule of update and weights) and of how many
 * runs; run r draws its samples from a stream of its own, so that two rules see the same ones
 *
 * @example
 * const run = realRuns(model, await rateProblem(model));
 * const { finalLoss } = run(new Float64Array(30).fill(0.05), { runs: 10_000, seed: 0, purpose: 'constant' });
 */
export function realRuns(model: SgdModel, of: RateProblem): RealRuns {
  const { updates, costs } = of;
  const iteration = fuseIteration(model);
  const lossAt = lossTable(model, of);
  const n = model.start.length;
  return (rates, { runs, seed, purpose }, observe) => {
    const [cost, finalLoss] = [new Float64Array(runs), new Float64Array(runs)];
    const finalWeights = new Float64Array(runs * n);
    const theta = new Float64Array(n);
    const rateOf = typeof rates === 'function' ? rates : (k: number): number => rates[k];
    const seeds = randomStream(seed, purpose);
    const watched = observe !== undefined || costs.hasRunning;
    for (let run = 0; run < runs; run += 1) {
      let spent = 0;
      const watch: RateRule = (k, at) => {
        const rate = rateOf(k, at);
        observe?.(run, k, at, rate);
        if (costs.hasRunning) spent += model.eta * costs.running(k * model.eta, at, rate / model.eta, lossAt(at));
        return rate;
      };
      theta.set(model.start);
      iteration.run(theta, watched ? watch : rates, 0, updates, nextFastStream(seeds));
      finalLoss[run] = lossAt(theta);
      cost[run] = spent + costs.terminal(theta, finalLoss[run]);
      finalWeights.set(theta, run * n);
    }
    return { cost, finalLoss, finalWeights };
  };
}
