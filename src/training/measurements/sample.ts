import type { Attack } from '../../attacks/array-attack.js';
import { attackUnder, ballOf } from '../../attacks/controls.js';
import { createAttack } from '../../attacks/create-attack.js';
import { scoringAttack } from '../../attacks/evaluation.js';
import type { Workload } from '../../workloads/workload.js';
import type { Network } from '../../networks/network.js';
import { randomStream, type RandomStream } from '../../math/random.js';
import type { KeptPerturbations } from '../kept/kept-perturbations.js';
import { drawBatch, lossOf } from '../minibatch.js';
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
  readonly kept: KeptPerturbations | null;
}

/**
 * The examples and attack noise of one measurement at one update: they depend on the run's seed, the measurement's name
 * and the update alone, so that the methods of a seed are measured on the same ones, and a resumed run too.
 */
export function sampler(
  network: Network,
  workload: Workload,
  { seed, name, update, attack, meter, kept }: SamplerOptions,
): Sampler {
  const stream = (of: string): RandomStream => randomStream(seed, `measurement/${name}/${update}/${of}`);
  const streams = { batches: stream('examples'), augmentation: stream('augmentation') };
  const loss = lossOf(workload);
  let drawn = 0;
  const drawNow = (count: number) => {
    const batch = drawBatch(workload, count, streams);
    drawn += 1;
    const starts = kept === null ? undefined : kept.look(batch, attack!, stream(`kept/${drawn}`));
    const training = { loss, attack, noise: stream(`attack/${drawn}`), meter, kept: starts };
    return { batch, training: batchLoss(network, batch, training) };
  };
  return {
    stream: stream('vectors'),
    draw: (count) => drawNow(count).training,
    drawTwice(count) {
      const strong = strongestOf(workload.attack);
      const { batch, training } = drawNow(count);
      const noise = stream(`strong/${drawn}`);
      return { training, strong: batchLoss(network, batch, { loss, attack: strong, noise, meter }) };
    },
    isFullStrength: radiusOf(attack) >= radiusOf(workload.attack),
  };
}

/** PGD with 10 steps from a random start in the ball that the training attack has at the end of the run. */
function strongestOf(attack: Attack | null): Attack | null {
  return attack === null || attack.spec === null ? attack : createAttack(scoringAttack(attack.spec));
}

/** At the end of the run; 0 where there is no ball. */
function radiusOf(attack: Attack | null): number {
  if (attack === null || attack.spec === null) return 0;
  return ballOf(attackUnder(attack.spec, {}))?.eps ?? 0;
}
