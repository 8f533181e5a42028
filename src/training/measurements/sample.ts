import type { LabelledInputs, Workload } from '../../workloads/workload.js';
import type { Network } from '../../workloads/network.js';
import { randomStream, type RandomStream } from '../../math/random.js';
import { drawIndices, gatherBatch, lossOf } from '../minibatch.js';
import { batchLoss, type BatchLoss, type Meter } from './batch-loss.js';

/** Where independent training examples for one measurement come from. */
export interface Sampler {
  /** Of that many examples more, drawn with replacement, under attack noise of their own. */
  draw(count: number): BatchLoss;
  /** Numbers that no examples hang on. */
  readonly stream: RandomStream;
}

/**
 * The examples and attack noise of one measurement at one update: they depend on the run's seed, the measurement's name
 * and the update alone, so that the methods of a seed are measured on the same ones, and a resumed run too.
 */
export function sampler(
  network: Network,
  workload: Workload,
  { seed, name, update, meter }: { seed: number; name: string; update: number; meter: Meter },
): Sampler {
  const stream = (of: string): RandomStream => randomStream(seed, `measurement/${name}/${update}/${of}`);
  const indices = stream('examples');
  const { attack, dataset } = workload;
  const loss = lossOf(workload);
  let drawn = 0;
  return {
    stream: stream('vectors'),
    draw(count) {
      const examples: LabelledInputs = gatherBatch(dataset.train, drawIndices(dataset.train.count, count, indices));
      drawn += 1;
      return batchLoss(network, examples, { loss, attack, noise: stream(`attack/${drawn}`), meter });
    },
  };
}
