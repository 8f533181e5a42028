import type { Attack } from '../../attacks/array-attack.js';
import type { Workload } from '../../workloads/workload.js';
import type { Network } from '../../networks/network.js';
import { randomStream, type RandomStream } from '../../math/random.js';
import { augmented } from '../augmentation.js';
import { drawIndices, gatherBatch, lossOf } from '../minibatch.js';
import type { Sampler } from '../../measurements/index.js';
import { batchLoss, type Meter } from './batch-loss.js';

interface SamplerOptions {
  /** Of the run. */
  readonly seed: number;
  /** Of the measurement. */
  readonly name: string;
  readonly update: number;
  /** The attack in force. */
  readonly attack: Attack | null;
  readonly meter: Meter;
}

/**
 * The examples and attack noise of one measurement at one update: they depend on the run's seed, the measurement's name
 * and the update alone, so that the methods of a seed are measured on the same ones, and a resumed run too.
 */
export function sampler(
  network: Network,
  workload: Workload,
  { seed, name, update, attack, meter }: SamplerOptions,
): Sampler {
  const stream = (of: string): RandomStream => randomStream(seed, `measurement/${name}/${update}/${of}`);
  const indices = stream('examples');
  const { dataset, augmentation } = workload;
  const moves = stream('augmentation');
  const loss = lossOf(workload);
  let drawn = 0;
  return {
    stream: stream('vectors'),
    draw(count) {
      const drawnNow = gatherBatch(dataset.train, drawIndices(dataset.train.count, count, indices));
      const examples =
        augmentation === undefined ? drawnNow : augmented(drawnNow, dataset.inputShape, augmentation, moves);
      drawn += 1;
      return batchLoss(network, examples, { loss, attack, noise: stream(`attack/${drawn}`), meter });
    },
  };
}
