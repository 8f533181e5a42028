import { z } from 'zod';
import { logNumberSchema } from '../artifacts/shared/log-number.js';
import { every, rowSchema, type MeasurementMould } from './measurement.js';

const schema = z.strictObject({
  type: z
    .literal('attack_gap')
    .describe(
      'Type of the measurement: the loss of an independent minibatch under fresh PGD with 10 steps and the full radius, ' +
        'against its loss as training sees it, at the cost of both attacks and two losses.',
    ),
  every,
});

const row = rowSchema('attack_gap', {
  training_loss: logNumberSchema.describe(
    'Loss of the independent minibatch under the training attack in force, from the perturbations that are kept.',
  ),
  strong_loss: logNumberSchema.describe(
    'Loss of the same minibatch under PGD with 10 steps from a random start, in the ball of the end of the run.',
  ),
  gap: logNumberSchema.describe(
    'Gap between the two, strong_loss / training_loss - 1: positive where training sees too little.',
  ),
  full_strength: z
    .boolean()
    .describe('Whether the training attack had the radius of the end of the run: before, a gap is no sign of masking.'),
});

/**
 * How much stronger a fresh attack is than the one that training sees. Kept or single-step attacks may be fooled by gradients
 * that are masked: the training loss then falls while the loss under a fresh attack grows.
 */
export const attackGap = {
  name: 'attack_gap',
  schema,
  row,
  measure({ weights, batchSize, samples }) {
    const { training, strong } = samples.drawTwice(batchSize);
    const [training_loss, strong_loss] = [training.loss(weights), strong.loss(weights)];
    return { training_loss, strong_loss, gap: strong_loss / training_loss - 1, full_strength: samples.isFullStrength };
  },
  quantities: {
    attack_gap_training: { figure: 'attack', label: 'as training sees it', color: 'gradient' },
    attack_gap_strong: { figure: 'attack', label: 'under fresh PGD-10', color: 'noise' },
  },
  values: ({ training_loss, strong_loss }) => ({ attack_gap_training: training_loss, attack_gap_strong: strong_loss }),
} satisfies MeasurementMould<z.output<typeof schema>, z.output<typeof row>>;
