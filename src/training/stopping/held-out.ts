import { evaluationCost } from '../../attacks/evaluation.js';
import { randomStream } from '../../math/random.js';
import type { Network } from '../../networks/network.js';
import type { Workload } from '../../workloads/workload.js';
import { scoringAttacks, shuffledIndices } from '../evaluate.js';
import { gatherBatch, lossOf } from '../minibatch.js';
import { outcomesAt, worstCase } from '../worst-case.js';

/** Seed of the examples and of the attack noise: every look of every run sees the same ones. */
const SEED = 0;

/** Validation examples that looks may use; the other half is for scores, which no decision has seen. */
export function availableForLooks({ dataset: { validation } }: Workload): number {
  return Math.floor(validation.count / 2);
}

/** Gradients and losses of one example of a look: those of the attack that scores runs, and the loss itself. */
export function costOfExample(workload: Workload): number {
  return 1 + evaluationCost(scoringAttacks(workload, {}));
}

/**
 * Mean loss of the weights that are loaded at validation examples, under PGD with 10 steps in the training attack's ball
 * (or the attack that scores runs of this workload). The examples are the last ones of the permutation whose first
 * ones are scored, and the attack's noise is the same at every look.
 */
export function heldOutLoss(workload: Workload, network: Network, examples: number): number {
  const { validation } = workload.dataset;
  const indices = shuffledIndices(workload.dataset, { split: 'validation', seed: SEED }).slice(-examples).sort();
  const attacks = scoringAttacks(workload, {});
  const loss = lossOf(workload);
  const stream = randomStream(SEED, 'looks/attack');
  let sum = 0;
  for (let first = 0; first < indices.length; first += network.capacity) {
    const batch = gatherBatch(validation, indices.subarray(first, first + network.capacity));
    const clean = outcomesAt(network, batch, loss);
    const { losses } = worstCase(network, batch, attacks, { clean, loss, stream, spare: false });
    sum += losses.reduce((total, value) => total + value, 0);
  }
  return sum / indices.length;
}
