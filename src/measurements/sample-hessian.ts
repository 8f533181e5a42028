import { z } from 'zod';
import { distinct, positiveCount } from '../artifacts/shared/common.js';
import type { BatchLoss, WeightLoss } from './estimators/weight-loss.js';
import type { MeasurementSetting } from './measurement.js';

/** What the Hessian is applied to. */
export const startVectorSchema = z.enum(['noise', 'gradient', 'random']);

/** What these words say. */
export const VECTOR_WORDS =
  'Vector that the Hessian is applied to: minibatch noise (a minibatch gradient less its mean), the gradient of the ' +
  'sample, or a random normal one.';

export type StartVector = z.output<typeof startVectorSchema>;

/** Fields that every measurement on a sample Hessian has. */
export const SAMPLE_FIELDS = {
  examples: positiveCount
    .optional()
    .describe(
      'Number of training examples of the sample whose Hessian is measured; max(128, 4 batch_size) by default.',
    ),
  vectors: distinct(startVectorSchema)
    .min(1)
    .default(['noise', 'gradient', 'random'])
    .describe(
      'Vectors that the Hessian is applied to: minibatch noise, the gradient of the sample, a random normal vector; ' +
        'all three by default.',
    ),
};

interface SampleSpec {
  readonly examples?: number | undefined;
  readonly vectors: readonly StartVector[];
}

/** The examples of a sample Hessian, attacked once, and the vectors that it is applied to. */
export function sampleHessian(setting: MeasurementSetting, { examples, vectors }: SampleSpec) {
  const count = examples ?? Math.max(128, 4 * setting.batchSize);
  const reAttacked = setting.samples.draw(count);
  const frozen = reAttacked.frozenAt(setting.weights);
  const vectorOf = startVectors(setting, reAttacked, frozen);
  return { count, reAttacked, frozen, vectors: vectors.map((vector) => ({ vector, start: vectorOf(vector) })) };
}

/** Each is computed, and paid for, where it is asked for; the gradient once. */
function startVectors(
  { weights, batchSize, samples }: MeasurementSetting,
  { count }: BatchLoss,
  frozen: WeightLoss,
): (name: StartVector) => Float64Array {
  let sampleGradient: Float64Array | null = null;
  const gradient = (): Float64Array => (sampleGradient ??= frozen.gradient(weights));
  const noise = (): Float64Array => {
    // Cov(h_B - h_n) = Sigma (1/B + 1/n): scaled so that the mean square is tr S = tr Sigma / B.
    const [scale, mean] = [Math.sqrt(count / (count + batchSize)), gradient()];
    return samples
      .draw(batchSize)
      .gradient(weights)
      .map((value, i) => scale * (value - mean[i]));
  };
  const random = (): Float64Array => Float64Array.from({ length: weights.length }, () => samples.stream.normal());
  const vectors = { gradient, noise, random } satisfies Record<StartVector, () => Float64Array>;
  return (name) => vectors[name]();
}
