import { randomStream } from '../../../math/random.js';
import type { RunsOptions } from '../../control/runs.js';
import type { SgdModel } from '../../model.js';
import type { BothRatesProblem } from './problem.js';

/** Both rates of update k at weight theta and mean perturbation m, into `out`: learning rate (absolute), step size of the attack. */
export type BothRates = (k: number, theta: number, m: number, out: Float64Array) => void;

export interface BothRatesRuns {
  readonly cost: Float64Array;
  /** Strong adversarial loss at the end. */
  readonly finalLoss: Float64Array;
  /** Mean over the runs of both rates and both states, before each update. */
  readonly means: Readonly<Record<'learning_rate' | 'attack_rate' | 'weight' | 'perturbation', Float64Array>>;
}

/**
 * The real iteration, every example with its own perturbation, under a rule for both rates. Nothing of it is averaged: that the
 * gradients are affine only saves their evaluation.
 */
export function bothRatesRuns(model: SgdModel, of: BothRatesProblem) {
  const { closure, costs, updates, strongLoss } = of;
  const { A, M, H, lambda, steps, weightSlopes: a, inputSlopes: k0, kept } = closure;
  const { examples: n, batchSize } = kept.visits;
  const [delta, drawn, batch] = [new Float64Array(n), new Int32Array(n), new Int32Array(batchSize)];
  const rates = new Float64Array(2);
  return (rule: BothRates, { runs, seed, purpose }: RunsOptions): BothRatesRuns => {
    const [cost, finalLoss] = [new Float64Array(runs), new Float64Array(runs)];
    const track = (): Float64Array => new Float64Array(updates);
    const means = { learning_rate: track(), attack_rate: track(), weight: track(), perturbation: track() };
    for (let run = 0; run < runs; run += 1) {
      const stream = randomStream(seed, `${purpose}/${run}`);
      delta.fill(0);
      let [theta, m, spent] = [model.start[0], 0, 0];
      for (let k = 0; k < updates; k += 1) {
        rule(k, theta, m, rates);
        const [rate, alpha] = rates;
        means.learning_rate[k] += rate / runs;
        means.attack_rate[k] += alpha / runs;
        means.weight[k] += theta / runs;
        means.perturbation[k] += m / runs;
        if (costs.hasRunning) {
          spent += model.eta * costs.running(k * model.eta, [theta], rate / model.eta, strongLoss(theta));
        }
        for (let b = 0; b < batchSize; b += 1) {
          batch[b] = stream.integer(n);
          drawn[batch[b]] += 1;
        }
        let h = 0;
        for (let b = 0; b < batchSize; b += 1) {
          const i = batch[b];
          if (drawn[i] === 0) continue;
          const before = delta[i];
          for (let step = 0; step < steps; step += 1) delta[i] += alpha * (k0[i] + M * theta + (H - lambda) * delta[i]);
          h += drawn[i] * (a[i] + A * theta + M * delta[i]);
          m += (delta[i] - before) / n;
          drawn[i] = 0;
        }
        theta -= (rate * h) / batchSize;
      }
      finalLoss[run] = strongLoss(theta);
      cost[run] = spent + costs.terminal([theta], finalLoss[run]);
    }
    return { cost, finalLoss, means };
  };
}
