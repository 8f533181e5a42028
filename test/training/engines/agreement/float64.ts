import type { LossName } from '../../../../src/artifacts/experiment/experiment.js';
import { referenceLogits } from '../../../helpers/reference-network.js';
import { EXAMPLES, type Case } from './cases.js';

/** The loss of logits z and a label. */
const FORMULAS: Readonly<Record<LossName, (z: readonly number[], label: number) => number>> = {
  cross_entropy: (z, label) => Math.log(z.reduce((sum, value) => sum + Math.exp(value), 0)) - z[label],
  margin: (z, label) => Math.max(...z.filter((_, c) => c !== label)) - z[label],
  squared: (z, label) => z.reduce((sum, value, c) => sum + (value - (c === label ? 1 : 0)) ** 2 / 2, 0),
};

/** Logits of each example. */
function logitsAt({ model }: Case, weights: Float64Array, inputs: Float64Array): number[][] {
  const width = inputs.length / EXAMPLES;
  return Array.from({ length: EXAMPLES }, (_, i) => [
    ...referenceLogits(model.layers, weights, inputs.slice(i * width, (i + 1) * width), model.spec.normalization),
  ]);
}

/** Mean loss of all examples. */
function lossAt(one: Case, weights: Float64Array, inputs: Float64Array): number {
  const losses = logitsAt(one, weights, inputs).map((z, i) => FORMULAS[one.loss](z, one.labels[i]));
  return losses.reduce((sum, loss) => sum + loss / EXAMPLES, 0);
}

/** So short that no relu or maximum switches, and long enough for 1e-9 in float64. */
const STEP = 1e-6;

interface Gradients {
  readonly logits: number[];
  readonly ofWeights: number[];
  readonly ofInputs: number[];
}

const known = new Map<Case, Gradients>();

/** Gradients of the mean loss by central differences, one coordinate after the other. */
export function differences(one: Case): Gradients {
  const found = known.get(one) ?? computed(one);
  known.set(one, found);
  return found;
}

function computed(one: Case): Gradients {
  const [weights, inputs] = [one.weights, one.inputs].map((values) => Float64Array.from(values));
  const slope = (point: Float64Array, i: number): number => {
    const here = point[i];
    const [ahead, behind] = [STEP, -STEP].map((h) => {
      point[i] = here + h;
      return lossAt(one, weights, inputs);
    });
    point[i] = here;
    return (ahead - behind) / (2 * STEP);
  };
  return {
    logits: logitsAt(one, weights, inputs).flat(),
    ofWeights: Array.from(weights, (_, i) => slope(weights, i)),
    ofInputs: Array.from(inputs, (_, i) => slope(inputs, i)),
  };
}
