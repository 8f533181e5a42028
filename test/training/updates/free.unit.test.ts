import { beforeAll, expect, test } from '@jest/globals';
import { randomStream } from '../../../src/math/random.js';
import { openEngine, type Engine } from '../../../src/training/engines/index.js';
import { createUpdateRule, evaluationsPerUpdate, type UpdateRule } from '../../../src/training/updates/index.js';
import { createAttack } from '../../../src/attacks/create-attack.js';
import { createModel, type Workload } from '../../../src/workloads/index.js';
import type { ArrayAttack } from '../../../src/attacks/array-attack.js';
import { within } from '../../helpers/within.js';
import { cloudsWorkload } from '../small-run.js';

let engine: Engine;

beforeAll(async () => {
  engine = await openEngine('tfjs', 'dense');
});

const because = 'float32';

/** A workload of the logit z = w x + b with the squared loss (z - 1)^2 / 2. */
function freeWorkload(replays: number, norm: 'Linf' | 'L2' = 'Linf'): Workload {
  const attack = createAttack({ type: 'pgd', norm, eps: 0.1, steps: 1 }, { reach: 1 });
  return { ...cloudsWorkload(null), loss: 'squared', attack, training: { type: 'free', replays } };
}

/** What updates at these weights w, b = 0, give on minibatches of one input each. */
function updates(rule: UpdateRule, attack: ArrayAttack, weights: number[], drawn: number[]) {
  const model = createModel({ layers: [{ type: 'dense', units: 1 }] }, [1], 1);
  const network = engine.createNetwork(model, { inputShape: [1], classes: 1 }, 1);
  const left = [...drawn];
  const draw = () => ({ inputs: Float32Array.of(left.shift()!), labels: Int32Array.of(0) });
  return weights.map((w) => {
    network.load(Float32Array.of(w, 0));
    const { loss, gradient, gradientEvaluations } = rule.gradient({
      network,
      attack,
      draw,
      noise: randomStream(1, 'attack'),
    });
    expect(gradientEvaluations).toBe(1);
    return { loss, slope: gradient[0] };
  });
}

test.each(['Linf', 'L2'] as const)(
  'replays, a step of eps, the ball, the box, and delta carried over, by hand: %s',
  (norm) => {
    const workload = freeWorkload(2, norm);
    const rule = createUpdateRule(workload, null);
    const found = updates(rule, workload.attack as ArrayAttack, [1, 1, 1, -1, -1], [0.5, 0.05, 0.5]);
    const expected = [
      // x = 0.5, delta 0: z - 1 = -0.5; in x the gradient is -0.5, so delta becomes -0.1.
      { loss: 0.125, slope: -0.25 },
      // The replay at 0.4: z - 1 = -0.6; delta would be -0.2 and stays in the ball.
      { loss: 0.18, slope: -0.24 },
      // The next input 0.05 - 0.1 is clipped to 0: z = 0.
      { loss: 0.5, slope: 0 },
      // Its replay at w = -1: still 0; in x the gradient is (0 - 1) (-1) = 1, so delta becomes 0.
      { loss: 0.5, slope: 0 },
      // The third input as it is: z = -0.5.
      { loss: 1.125, slope: -0.75 },
    ];
    found.forEach(({ loss, slope }, i) => {
      within(loss, expected[i].loss, { abs: 1e-7, because });
      within(slope, expected[i].slope, { abs: 1e-7, because });
    });
    expect(evaluationsPerUpdate(workload)).toBe(1);
  },
);

test('goes on from its state in the middle of the replays', () => {
  const workload = freeWorkload(3);
  const whole = updates(
    createUpdateRule(workload, null),
    workload.attack as ArrayAttack,
    [1, 0.7, 0.4, -0.3, 0.9],
    [0.5, 0.2],
  );
  const first = createUpdateRule(workload, null);
  updates(first, workload.attack as ArrayAttack, [1, 0.7], [0.5]);
  const resumed = createUpdateRule(workload, first.state());
  expect(updates(resumed, workload.attack as ArrayAttack, [0.4, -0.3, 0.9], [0.2])).toEqual(whole.slice(2));
});
