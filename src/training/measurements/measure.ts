import type { LogMeasurement, MeasurementSpec } from '../../artifacts/experiment/measurements.js';
import { measurementNamed } from '../../measurements/index.js';
import type { Network, LabelledInputs } from '../../networks/network.js';
import type { Attack } from '../../attacks/array-attack.js';
import type { Workload } from '../../workloads/workload.js';
import { logNumber } from '../../artifacts/shared/log-number.js';
import type { KeptPerturbations } from '../kept/kept-perturbations.js';
import { lossOf } from '../minibatch.js';
import { frozenLoss, type Meter } from './batch-loss.js';
import { sampler } from './sample.js';

/** What the loop has at hand before it takes a step. */
export interface MeasurementPoint {
  /** Updates done. */
  readonly update: number;
  /** Where the gradient was taken, theta. */
  readonly weights: Float32Array;
  /** The update's minibatch at its perturbed points. */
  readonly perturbed: LabelledInputs;
  /** Its gradient g, before the clip. */
  readonly gradient: Float32Array;
  /** The attack in force; null: clean inputs. */
  readonly attack: Attack | null;
  /** Rate times the clip's factor: the step of plain SGD is this times g. */
  readonly rate: number;
}

/** Whether a measurement is due before the update of this number. */
export function isDue({ every }: MeasurementSpec, update: number): boolean {
  return update % every === 0;
}

interface MeasurementOptions {
  readonly network: Network;
  readonly workload: Workload;
  readonly seed: number;
  /** Read, never written; null where training examples keep no perturbations. */
  readonly kept: KeptPerturbations | null;
}

/**
 * One measurement before an update, and what it cost. The network is left with other weights loaded.
 * @param seed - of the run: examples, attack noise and vectors come from streams of their own
 */
export function measure(
  spec: MeasurementSpec,
  point: MeasurementPoint,
  { network, workload, seed, kept }: MeasurementOptions,
): LogMeasurement {
  const { update, weights, perturbed, gradient, attack, rate } = point;
  const batchSize = perturbed.labels.length;
  const meter: Meter = { passes: 0 };
  const samples = sampler(network, workload, { seed, name: spec.type, update, attack, meter, kept });
  const ownBatch = frozenLoss(network, lossOf(workload), [perturbed], meter);
  const setting = { weights, gradient, rate, batchSize, ownBatch, samples };
  const columns = measurementNamed(spec.type).measure(setting, spec);
  const grad_evals = Math.ceil(meter.passes / batchSize);
  return { type: 'measurement', update, grad_evals, measurement: spec.type, ...logged(columns) } as LogMeasurement;
}

/** The same with every number as training logs write it. */
function logged(value: unknown): object {
  return JSON.parse(
    JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'number' ? logNumber(inner) : inner)),
  ) as object;
}
