import { beforeAll, expect, test } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import { randomStream } from '../../../src/math/random.js';
import { openEngine, type Engine } from '../../../src/training/engines/index.js';
import { createUpdateRule, evaluationsPerUpdate } from '../../../src/training/updates/index.js';
import { createAttack } from '../../../src/attacks/create-attack.js';
import { createModel, type Workload } from '../../../src/workloads/index.js';
import type { Network } from '../../../src/networks/network.js';
import { counted } from '../../helpers/networks.js';
import { within } from '../../helpers/within.js';
import { cloudsWorkload } from '../small-run.js';

const N = 12;
const BETA = 3;
const EPS = 0.1;
let engine: Engine;

function tradesWorkload(): Workload {
  const attack = createAttack({ type: 'pgd', eps: EPS, steps: 5 });
  return { ...cloudsWorkload(null), attack, training: { type: 'trades', beta: BETA, start_deviation: 0.001 } };
}

beforeAll(async () => {
  engine = await openEngine('tfjs', 'dense');
});

test('loss and gradient are those of TensorFlow.js for the two forward passes apart, at the same perturbed inputs', () => {
  const workload = tradesWorkload();
  const { dataset } = workload;
  const model = createModel(
    { layers: [{ type: 'dense', units: 8 }, { type: 'relu' }, { type: 'dense', units: 3 }] },
    [6],
    3,
  );
  const network = engine.createNetwork(model, dataset, 2 * N);
  const weights = model.initialise(randomStream(1, 'init'));
  network.load(Float32Array.from(weights.flatMap((values) => [...values])));
  const batch = { inputs: dataset.train.inputs.slice(0, 6 * N), labels: dataset.train.labels.slice(0, N) };
  const { network: spied, gradients } = counted(network);
  let passed = new Float32Array(0);
  const watched: Network = {
    ...spied,
    weightGradient(inputs, loss) {
      passed = inputs.slice();
      return spied.weightGradient(inputs, loss);
    },
  };
  const rule = createUpdateRule(workload, null);
  const point = { network: watched, attack: workload.attack, draw: () => batch, noise: randomStream(2, 'attack') };
  const { loss, gradient, gradientEvaluations } = rule.gradient(point);

  // Five steps of n, and one gradient of 2 n.
  expect(gradients()).toBe(7 * N);
  expect(gradientEvaluations).toBe(7);
  expect(evaluationsPerUpdate(workload)).toBe(7);
  const [clean, perturbed] = [passed.subarray(0, 6 * N), passed.subarray(6 * N)];
  expect(clean).toEqual(batch.inputs);
  perturbed.forEach((x, i) => expect(Math.abs(x - clean[i])).toBeLessThanOrEqual(EPS * (1 + 1e-6)));

  const logits = (x: tf.Tensor, w: tf.Tensor[]): tf.Tensor2D =>
    tf.add(
      tf.matMul(
        tf.relu(tf.add(tf.matMul(x as tf.Tensor2D, w[0] as tf.Tensor2D), w[1])) as tf.Tensor2D,
        w[2] as tf.Tensor2D,
      ),
      w[3],
    ) as tf.Tensor2D;
  const divergences = (x: Float32Array, w: tf.Tensor[]): tf.Tensor => {
    const p = tf.logSoftmax(logits(tf.tensor2d(clean, [N, 6]), w));
    return tf.sum(tf.mul(tf.exp(p), tf.sub(p, tf.logSoftmax(logits(tf.tensor2d(x, [N, 6]), w)))), 1);
  };
  const objective = (...w: tf.Tensor[]): tf.Scalar => {
    const p = tf.logSoftmax(logits(tf.tensor2d(clean, [N, 6]), w));
    const entropy = tf.neg(tf.sum(tf.mul(p, tf.oneHot(tf.tensor1d(batch.labels, 'int32'), 3)), 1));
    return tf.mean(tf.add(entropy, tf.mul(BETA, divergences(perturbed, w))));
  };
  const parameters = weights.map((values, i) => tf.tensor(values, [...model.parameterShapes[i]]));
  within(loss, objective(...parameters).dataSync()[0], { rel: 1e-6, because: 'float32 logits' });
  const expected = tf
    .grads(objective)(parameters)
    .flatMap((tensor) => [...tensor.dataSync()]);
  gradient.forEach((g, i) => within(g, expected[i], { rel: 1e-4, abs: 1e-6, because: 'sums of float32' }));

  // The attack raises the divergence, of every example and by far: near the input it is quadratic.
  const start = batch.inputs.map((x, i) => Math.min(1, Math.max(0, x + (i % 2 === 0 ? 0.001 : -0.001))));
  const [low, high] = [divergences(start, parameters).dataSync(), divergences(perturbed, parameters).dataSync()];
  high.forEach((value, i) => expect(value).toBeGreaterThan(20 * low[i]));
});
