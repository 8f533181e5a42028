import { dataSchema, modelSchema } from '../../../../src/artifacts/experiment/experiment.js';
import { randomStream } from '../../../../src/math/random.js';
import type { Engine } from '../../../../src/training/engines/index.js';
import { drawIndices, gatherBatch, lossAndGradient, perturbInputs } from '../../../../src/training/minibatch.js';
import { batchLoss } from '../../../../src/training/measurements/batch-loss.js';
import { hessianVectorProduct } from '../../../../src/measurements/estimators/hessian-vector-product.js';
import { concatenated } from '../../../../src/training/weights.js';
import { loadDataset } from '../../../../src/workloads/datasets/index.js';
import { createAttack } from '../../../../src/attacks/create-attack.js';
import { createModel } from '../../../../src/workloads/index.js';
import type { Network } from '../../../../src/networks/network.js';
import { gradientOf, LOSSES } from '../../../../src/losses/index.js';
import { ATTACKED, attackName, CASES, CLASSES, EXAMPLES, MANY_STEPS, ONE_STEP, type Case } from './cases.js';

/** What an engine computes, by the name of the case: plain numbers, so that they pass between processes. */
export interface Answers {
  readonly logits: Readonly<Record<string, number[]>>;
  readonly ofWeights: Readonly<Record<string, number[]>>;
  readonly ofInputs: Readonly<Record<string, number[]>>;
  readonly perturbed: Readonly<Record<string, number[]>>;
  /** Hessian-vector products of the cross-entropy at the clean inputs, along all weights equal. */
  readonly products: Readonly<Record<string, number[]>>;
  /** Minibatch adversarial losses of 50 updates. */
  readonly curves: Readonly<Record<string, number[]>>;
}

/** All cases on one engine. */
export async function answersOf(engine: Engine): Promise<Answers> {
  const answers = { logits: {}, ofWeights: {}, ofInputs: {}, perturbed: {}, products: {}, curves: {} } as Record<
    keyof Answers,
    Record<string, number[]>
  >;
  for (const one of CASES) {
    const { logits, weights, inputs } = onNetwork(engine, one, (network) => gradients(network, one));
    answers.logits[one.name] = logits;
    answers.ofWeights[one.name] = weights;
    answers.ofInputs[one.name] = inputs;
  }
  for (const one of ATTACKED) {
    answers.products[one.name] = onNetwork(engine, one, (network) => {
      const loss = batchLoss(network, one, { attack: null, noise: randomStream(3, 'none') });
      return [
        ...hessianVectorProduct(
          loss,
          one.weights,
          one.weights.map(() => 1),
        ),
      ];
    });
    for (const spec of ONE_STEP.concat(MANY_STEPS)) {
      const name = `${attackName(one, spec)}${MANY_STEPS.includes(spec) ? ', many steps' : ''}`;
      const options = { loss: LOSSES[one.loss], attack: createAttack(spec), stream: randomStream(3, name) };
      answers.perturbed[name] = onNetwork(engine, one, (network) => [...perturbInputs(network, one, options)]);
    }
  }
  for (const kind of ['dense', 'convolutional'] as const) answers.curves[kind] = await lossCurve(engine, kind);
  return answers;
}

function onNetwork<Result>(engine: Engine, one: Case, use: (network: Network) => Result): Result {
  const network = engine.createNetwork(one.model, { inputShape: one.inputShape, classes: CLASSES }, EXAMPLES);
  network.load(one.weights);
  const result = use(network);
  network.dispose();
  return result;
}

/** Of the mean loss, by the calls for one gradient; those for both at once must give the same numbers. */
function gradients(network: Network, { inputs, labels, loss }: Case) {
  const head = gradientOf(LOSSES[loss], labels, new Float64Array(EXAMPLES), 1 / EXAMPLES);
  const alone = {
    logits: [...network.logits(inputs)],
    weights: [...network.weightGradient(inputs, head)],
    inputs: [...network.inputGradient(inputs, head)],
  };
  const both = network.gradients(inputs, head);
  const differs = (a: number[], b: Float32Array) => a.some((value, i) => Math.abs(value - b[i]) > 1e-6);
  if (differs(alone.weights, both.weights) || differs(alone.inputs, both.inputs))
    throw new Error('gradients() differs');
  return alone;
}

const CURVES = {
  dense: [{ type: 'flatten' }, { type: 'dense', units: 32 }, { type: 'relu' }, { type: 'dense', units: 10 }],
  convolutional: [
    { type: 'conv2d', filters: 4, kernel: 3, stride: 1 },
    { type: 'relu' },
    { type: 'max_pool', size: 2 },
    { type: 'conv2d', filters: 8, kernel: 3, stride: 1 },
    { type: 'relu' },
    { type: 'flatten' },
    { type: 'dense', units: 10 },
  ],
};

/** Fifty updates of adversarial SGD on the digits, batch 16, PGD-2. */
async function lossCurve(engine: Engine, kind: keyof typeof CURVES): Promise<number[]> {
  const data = await loadDataset(dataSchema.parse({ format: 'builtin', name: 'digits' }), { baseDirectory: '.' });
  const model = createModel(modelSchema.parse({ layers: CURVES[kind] }), data.inputShape, data.classes);
  const attack = createAttack({ type: 'pgd', norm: 'Linf', eps: 0.05, steps: 2, random_start: true, restarts: 1 });
  const network = engine.createNetwork(model, data, 16);
  const theta = concatenated(model.initialise(randomStream(1, 'init')));
  const [batches, noise] = [randomStream(1, 'batches'), randomStream(1, 'attack')];
  const losses = Array.from({ length: 50 }, () => {
    network.load(theta);
    const { inputs, labels } = gatherBatch(data.train, drawIndices(data.train.count, 16, batches));
    const x = perturbInputs(network, { inputs, labels }, { loss: LOSSES.cross_entropy, attack, stream: noise });
    const { loss, gradient } = lossAndGradient(network, { inputs: x, labels }, LOSSES.cross_entropy);
    theta.forEach((value, i) => (theta[i] = value - 0.2 * gradient[i]));
    return loss;
  });
  network.dispose();
  return losses;
}
