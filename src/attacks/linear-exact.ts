import { z } from 'zod';
import type { LabelledInputs, LogitGradient, Network } from '../networks/network.js';
import type { AttackMould, Perturb } from './attack.js';
import { eps, norm } from './fields.js';

const schema = () =>
  z.strictObject({
    type: z
      .literal('linear_exact')
      .describe(
        'Type of the attack: the exact worst case of a model whose logits are linear in its input; the box [0, 1] is ' +
          'ignored.',
      ),
    norm,
    eps,
  });

type LinearExactSpec = z.output<ReturnType<typeof schema>>;

/**
 * The exact worst case of logits that are linear in the input, z_c = w_c.x + b_c, on the ball |delta|_p <= eps without
 * the box [0, 1], 1/p + 1/q = 1:
 *   max_delta z_c - z_y = z_c(x) - z_y(x) + eps |w_c - w_y|_q,
 * taken by the class c with the largest of these at delta = eps sign(w_c - w_y) (Linf) or eps (w_c - w_y) / |w_c - w_y|_2
 * (L2). One gradient for each class gives w_c - w_y.
 */
export const linearExact = {
  name: 'linear_exact',
  trains: false,
  schema,
  controls: {},
  stepSize: () => null,
  ball: ({ norm, eps }) => ({ norm, eps }),
  needsLinearLogits: true,
  gradientEvaluations: ({ eps }, classes) => (eps === 0 ? 0 : classes),
  describe: ({ norm, eps }) => `exact worst case of a linear model (${norm}, eps ${eps})`,
  create: exactPerturbation,
} as const satisfies AttackMould<LinearExactSpec>;

function exactPerturbation(spec: LinearExactSpec): Perturb {
  return (network, examples) => {
    if (spec.eps === 0) return examples.inputs;
    const logits = Float32Array.from(network.logits(examples.inputs));
    const worst: Worst = {
      margins: new Float64Array(examples.labels.length).fill(-Infinity),
      x: Float32Array.from(examples.inputs),
    };
    for (let c = 0; c < network.classes; c += 1) takeWorse(network, examples, logits, { ...spec, c, worst });
    return worst.x;
  };
}

/** The classes c whose distances to the label y are taken, and the best worst case so far. */
interface Worst {
  readonly margins: Float64Array;
  readonly x: Float32Array;
}

/** The examples whose worst case towards class c is worse than all before. */
function takeWorse(
  network: Network,
  { inputs, labels }: LabelledInputs,
  logits: Float32Array,
  { norm, eps, c, worst }: LinearExactSpec & { readonly c: number; readonly worst: Worst },
): void {
  const { classes, inputSize: d } = network;
  const gradients = network.inputGradient(inputs, distanceTo(c, labels));
  labels.forEach((label, i) => {
    const slopes = gradients.subarray(i * d, (i + 1) * d);
    const dual = norm === 'Linf' ? sumOfMagnitudes(slopes) : Math.sqrt(sumOfSquares(slopes));
    const margin = logits[i * classes + c] - logits[i * classes + label] + eps * dual;
    if (c === label || !(margin > worst.margins[i])) return;
    worst.margins[i] = margin;
    for (let j = 0; j < d; j += 1) {
      const direction = norm === 'Linf' ? Math.sign(slopes[j]) : dual > 0 ? slopes[j] / dual : 0;
      worst.x[i * d + j] = inputs[i * d + j] + eps * direction;
    }
  });
}

/** z_c - z_y of each example; 0 where c is its label. */
function distanceTo(c: number, labels: Int32Array): LogitGradient {
  return (logits, gradient) => {
    const classes = logits.length / labels.length;
    gradient.fill(0);
    labels.forEach((label, i) => {
      gradient[i * classes + c] += 1;
      gradient[i * classes + label] -= 1;
    });
  };
}

function sumOfMagnitudes(values: Float32Array): number {
  return values.reduce((sum, value) => sum + Math.abs(value), 0);
}

function sumOfSquares(values: Float32Array): number {
  return values.reduce((sum, value) => sum + value * value, 0);
}
