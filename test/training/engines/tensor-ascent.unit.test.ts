import { beforeAll, describe, expect, test } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import { randomStream } from '../../../src/math/random.js';
import { openEngine, type Engine } from '../../../src/training/engines/index.js';
import { createTensorNetwork } from '../../../src/training/engines/tfjs/network.js';
import { passedLogits } from '../../../src/training/engines/tfjs/passes.js';
import { concatenated } from '../../../src/training/weights.js';
import { linfBall } from '../../../src/attacks/balls.js';
import { projectedAscent } from '../../../src/attacks/projected-ascent.js';
import { createModel } from '../../../src/workloads/index.js';
import { crossEntropy } from '../../../src/losses/cross-entropy.js';
import { gradientOf } from '../../../src/losses/index.js';

const DATA = { inputShape: [6], classes: 3 };
const MODEL = createModel(
  { layers: [{ type: 'dense', units: 5 }, { type: 'relu' }, { type: 'dense', units: 3 }] },
  [6],
  3,
);
const EXAMPLES = 40;

let engine: Engine;

beforeAll(async () => {
  engine = await openEngine('tfjs', 'dense');
});

describe('the ascent on tensors', () => {
  test('gives the bits of the plain one, at the borders of the ball and of the box too, and keeps no tensor', () => {
    const { parameterShapes } = MODEL;
    const network = createTensorNetwork(passedLogits(MODEL), {
      ...DATA,
      parameterShapes,
      capacity: EXAMPLES,
      ascends: true,
    });
    network.load(concatenated(MODEL.initialise(randomStream(1, 'weights'))));
    const stream = randomStream(1, 'inputs');
    const clean = stream.fillUniform(new Float32Array(EXAMPLES * 6), 0, 1);
    const labels = Int32Array.from({ length: EXAMPLES }, (_, i) => i % 3);
    const loss = gradientOf(crossEntropy, labels, new Float64Array(EXAMPLES));
    const ball = linfBall(0.1);
    const ascent = { steps: 4, alpha: 0.04, radius: ball.radius };
    const before = tf.memory().numTensors;
    const found = network.linfAscent!(clean, clean, loss, ascent);
    expect(found).toEqual(projectedAscent(network, clean.slice(), clean, loss, ball, ascent));
    // Starts outside of the ball and of the box are projected before the first gradient.
    const start = clean.map((x, i) => x + (i % 3) * 0.09 - 0.09);
    const fromStart = projectedAscent(network, start.slice(), clean, loss, ball, { ...ascent, steps: 1 });
    expect(network.linfAscent!(start, clean, loss, { ...ascent, steps: 1 })).toEqual(fromStart);
    expect(found.some((x, i) => Math.abs(x - clean[i]) > 0.099)).toBe(true);
    expect(found.some((x) => x === 0) && found.some((x) => x === 1)).toBe(true);
    expect(tf.memory().numTensors).toBe(before);
    network.dispose();
  });

  test('is not used where plain code is the reference', () => {
    expect(engine.createNetwork(MODEL, DATA, 1).linfAscent).toBeUndefined();
  });
});
