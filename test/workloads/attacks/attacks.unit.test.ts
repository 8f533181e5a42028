import { beforeAll, describe, expect, test } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import type { TrainingAttackInput } from '../../../src/artifacts/experiment/attacks.js';
import type { HjbLrError } from '../../../src/errors.js';
import { randomStream } from '../../../src/math/random.js';
import { openEngine, type Engine } from '../../../src/training/engines/index.js';
import { attackUnder } from '../../../src/attacks/controls.js';
import { createAttack } from '../../../src/attacks/create-attack.js';
import { scoringAttack } from '../../../src/attacks/evaluation.js';
import type { ArrayAttack } from '../../../src/attacks/array-attack.js';
import { workloadIssues } from '../../../src/workloads/workload-check.js';
import type { Loss } from '../../../src/losses/index.js';
import type { Network } from '../../../src/networks/network.js';
import { counted, networkOf, sumOfLogits } from '../../helpers/networks.js';

let engine: Engine;

const stream = () => randomStream(1, 'attack');
const attackOf = (spec: object): ArrayAttack => createAttack(spec as TrainingAttackInput);

/** Perturbed inputs of the attack that raises the sum of logits, unless told. */
const point = (attack: ArrayAttack, network: Network, x: number[], loss: Loss = sumOfLogits): number[] => {
  const labels = new Int32Array(x.length / network.inputSize);
  return [...attack.perturb(network, { inputs: Float32Array.from(x), labels }, loss, stream())];
};

/** The one logit w.x of each example. */
const linear = (...w: number[]): Network =>
  networkOf(engine, (x) => tf.matMul(x as tf.Tensor2D, tf.tensor2d(w, [w.length, 1])), {
    inputShape: [w.length],
    classes: 1,
    capacity: 5000,
  });

const close = (got: number[], expected: number[]): void => {
  expect(got).toHaveLength(expected.length);
  got.forEach((value, i) => expect(Math.abs(value - expected[i])).toBeLessThan(5e-7));
};

beforeAll(async () => {
  engine = await openEngine('tfjs', 'dense');
});

describe('step lengths', () => {
  test('are filled in: 2.5 eps / steps for PGD, 1.25 eps for FGSM', () => {
    expect(attackOf({ type: 'pgd', eps: 0.1, steps: 5 }).spec).toMatchObject({ alpha: 0.05 });
    expect(attackOf({ type: 'fgsm', eps: 0.1 }).spec).toMatchObject({ alpha: 0.125 });
    expect(attackOf({ type: 'pgd', eps: 0.1, steps: 5, alpha: 0.01 }).spec).toMatchObject({ alpha: 0.01 });
  });

  test('scoring takes ten steps and one start on the same ball, whatever the training attack took', () => {
    const { spec } = attackOf({ type: 'pgd', norm: 'L2', eps: 0.3, steps: 2, alpha: 0.2, restarts: 3 });
    expect(attackOf(scoringAttack(spec)).spec).toMatchObject({
      type: 'pgd',
      norm: 'L2',
      eps: 0.3,
      steps: 10,
      alpha: 0.075,
      restarts: 1,
    });
    expect(scoringAttack({ type: 'fgsm', eps: 0.1, random_start: true })).toMatchObject({ norm: 'Linf', steps: 10 });
  });
});

describe('steps by hand, from the input', () => {
  // Loss 3 x1 - 4 x2: signs (1, -1); after two steps of 0.03 the ball of 0.05 binds.
  test('Linf: (0.5, 0.5) + 0.03 (1, -1), then the ball', () => {
    const once = attackOf({ type: 'pgd', eps: 0.05, alpha: 0.03, steps: 1, random_start: false });
    const twice = attackOf({ type: 'pgd', eps: 0.05, alpha: 0.03, steps: 2, random_start: false });
    close(point(once, linear(3, -4), [0.5, 0.5]), [0.53, 0.47]);
    close(point(twice, linear(3, -4), [0.5, 0.5]), [0.55, 0.45]);
  });

  // g / |g| = (3, -4) / 5: one step of 0.05 is (0.03, -0.04), two are 0.1 long, cut to 0.05.
  test('L2: (0.5, 0.5) + 0.05 (0.6, -0.8), then the ball', () => {
    const once = attackOf({ type: 'pgd', norm: 'L2', eps: 0.05, alpha: 0.05, steps: 1, random_start: false });
    const twice = attackOf({ type: 'pgd', norm: 'L2', eps: 0.05, alpha: 0.05, steps: 2, random_start: false });
    close(point(once, linear(3, -4), [0.5, 0.5]), [0.53, 0.46]);
    close(point(twice, linear(3, -4), [0.5, 0.5]), [0.53, 0.46]);
  });

  test('the box comes after the ball: (0.98, 0.01) + 0.05 (1, -1) is cut to (1, 0)', () => {
    const attack = attackOf({ type: 'pgd', eps: 0.05, steps: 4, random_start: false });
    close(point(attack, linear(3, -4), [0.98, 0.01]), [1, 0]);
  });

  test('every example has a ball of its own', () => {
    const attack = attackOf({ type: 'pgd', norm: 'L2', eps: 0.1, alpha: 0.1, steps: 1, random_start: false });
    const opposed: Loss = {
      name: 'opposed',
      evaluate(logits, _, losses, gradient) {
        losses.set([logits[0], -100 * logits[1]]);
        gradient?.set([1, -100]);
      },
    };
    close(point(attack, linear(3, -4), [0.5, 0.5, 0.5, 0.5], opposed), [0.56, 0.42, 0.44, 0.58]);
  });

  test('a gradient of zero moves nothing', () => {
    for (const norm of ['Linf', 'L2']) {
      const attack = attackOf({ type: 'pgd', norm, eps: 0.1, steps: 3, random_start: false });
      close(point(attack, linear(0, 0), [0.5, 0.25]), [0.5, 0.25]);
    }
  });

  test('FGSM is one Linf step', () => {
    const attack = attackOf({ type: 'fgsm', eps: 0.1, alpha: 0.06, random_start: false });
    close(point(attack, linear(3, -4), [0.5, 0.5]), [0.56, 0.44]);
    expect(attack.gradientEvaluations).toBe(1);
  });
});

describe('random start', () => {
  const still = (norm: string, eps: number) => attackOf({ type: 'pgd', norm, eps, steps: 1, alpha: 1e-12 });
  const dimensions = 6;
  const points = 4000;
  const starts = (norm: string, eps: number): number[][] => {
    const x = point(still(norm, eps), linear(0, 0, 0, 0, 0, 0), Array(points * dimensions).fill(0.5) as number[]);
    return Array.from({ length: points }, (_, i) => x.slice(i * dimensions, (i + 1) * dimensions).map((v) => v - 0.5));
  };
  const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

  // |delta_j| / eps is uniform on [0, 1]: mean 1/2, standard deviation 1/sqrt(12).
  test('Linf: uniform in the cube', () => {
    const values = starts('Linf', 0.2).flat();
    const error = 1 / Math.sqrt(12 * values.length);
    expect(Math.abs(mean(values.map((v) => Math.abs(v) / 0.2)) - 0.5)).toBeLessThan(4 * error);
    expect(Math.abs(mean(values.map((v) => v / 0.2)))).toBeLessThan(8 * error);
  });

  // (|delta| / eps)^d is uniform on [0, 1].
  test('L2: uniform in the ball', () => {
    const deltas = starts('L2', 0.2);
    const shares = deltas.map((delta) => (Math.hypot(...delta) / 0.2) ** dimensions);
    const error = 1 / Math.sqrt(12 * points);
    expect(Math.abs(mean(shares) - 0.5)).toBeLessThan(4 * error);
    expect(shares.filter((share) => share > 0.75).length / points).toBeGreaterThan(
      0.25 - 4 * Math.sqrt(0.1875 / points),
    );
    expect(Math.abs(mean(deltas.map(([first]) => first / 0.2)))).toBeLessThan(
      4 * Math.sqrt(1 / ((dimensions + 2) * points)),
    );
  });

  test('comes from the stream: the same stream gives the same start', () => {
    expect(starts('L2', 0.2)).toEqual(starts('L2', 0.2));
  });
});

describe('gradient evaluations', () => {
  test.each<[object, number]>([
    [{ type: 'pgd', eps: 0.1, steps: 5 }, 5],
    [{ type: 'pgd', norm: 'L2', eps: 0.1, steps: 7 }, 7],
    [{ type: 'pgd', eps: 0.1, steps: 5, keep: 'best' }, 5],
    [{ type: 'fgsm', eps: 0.1 }, 1],
    [{ type: 'penalised_ascent', steps: 4, eta_i: 0.1, lambda: 1 }, 4],
  ])('%j spends as many as it says', (spec, expected) => {
    const attack = attackOf(spec);
    const { network, gradients } = counted(linear(1, 2));
    point(attack, network, [0.5, 0.5]);
    expect(gradients()).toBe(expected);
    expect(attack.gradientEvaluations).toBe(expected);
  });

  test('restarts spend as many again; comparing them takes no gradient', () => {
    expect(attackOf({ type: 'pgd', eps: 0.1, steps: 5, restarts: 3 }).gradientEvaluations).toBe(15);
  });
});

describe('penalised ascent', () => {
  // Squared loss (theta - x)^2 / 2: delta_K = c (x - theta), c = ((1 + eta_I (1 - lambda))^K - 1) / (1 - lambda).
  test('follows the closed form on a squared loss: c = 0.45882285 for eta_I = 0.15, lambda = 3, K = 7', () => {
    const attack = attackOf({ type: 'penalised_ascent', steps: 7, eta_i: 0.15, lambda: 3 });
    const theta = 0.2;
    const halfSquares = networkOf(engine, (x) => tf.div(tf.square(tf.sub(theta, x)), 2), {
      inputShape: [2],
      classes: 2,
      capacity: 1,
    });
    close(point(attack, halfSquares, [0.7, 0.1]), [0.7 + 0.45882285 * 0.5, 0.1 - 0.45882285 * 0.1]);
  });

  test('is not clipped to [0, 1]', () => {
    const attack = attackOf({ type: 'penalised_ascent', steps: 1, eta_i: 1, lambda: 0 });
    close(point(attack, linear(1, -1), [0.5, 0.5]), [1.5, -0.5]);
  });
});

describe('the best point', () => {
  // Loss -(x - 0.5)^2 from 0.3, steps of 0.15 on a ball of 0.4: 0.3, 0.45, 0.6, 0.45; best 0.45, first met at step 1.
  const hill = (): Network =>
    networkOf(engine, (x) => tf.neg(tf.square(tf.sub(x, 0.5))), { inputShape: [1], classes: 1, capacity: 1 });
  const walk = { type: 'pgd', eps: 0.4, alpha: 0.15, random_start: false };

  test('is kept where the ascent oversteps the top: 0.45 of 0.3, 0.45, 0.6', () => {
    close(point(attackOf({ ...walk, steps: 2 }), hill(), [0.3]), [0.6]);
    close(point(attackOf({ ...walk, steps: 2, keep: 'best' }), hill(), [0.3]), [0.45]);
  });

  test('may be the start', () => {
    close(point(attackOf({ ...walk, steps: 1, alpha: 0.4, keep: 'best' }), hill(), [0.5]), [0.5]);
  });
});

describe("an attack's own loss", () => {
  // z = (4 x1, 3 x2, 2 x3) of class 0 at (0.5, 0.5, 0.5): the margin 1.5 - 2 rises along -x1 and +x2 alone, while
  // cross-entropy moves x3 too. DLR = -(2 - 1.5) / (2 - 1) also has a slope in x3, the third: -0.5 * 2.
  const scaled = (): Network =>
    networkOf(engine, (x) => tf.mul(x, [4, 3, 2]), { inputShape: [3], classes: 3, capacity: 1 });
  const step = { type: 'pgd', eps: 0.1, alpha: 0.1, steps: 1, random_start: false };

  test.each([
    ['margin', [0.4, 0.6, 0.5]],
    ['cross_entropy', [0.4, 0.6, 0.6]],
    ['dlr', [0.4, 0.6, 0.4]],
  ])('%s takes the place of the training loss', (loss, expected) => {
    close(point(attackOf({ ...step, loss }), scaled(), [0.5, 0.5, 0.5]), expected);
    close(point(attackOf(step), scaled(), [0.5, 0.5, 0.5]), [0.6, 0.6, 0.6]);
  });
});

describe('schedules', () => {
  // eps: linear from 0.02 at the start to 0.1 at 0.3, then constant; steps: 1 until half time, 4 from there.
  const attack = (): ArrayAttack =>
    attackOf({
      type: 'pgd',
      eps: { schedule: [[0, 0.02], [0.3, 0.1]] }, // prettier-ignore
      steps: { schedule: [[0, 1], [0.5, 4]] }, // prettier-ignore
    });

  const inForce = ({ description, under }: ArrayAttack, share: number) => under!(attackUnder(description!, {}, share));

  test.each([
    [0, 0.02, 1],
    [0.15, 0.06, 1],
    [0.3, 0.1, 1],
    [0.499, 0.1, 1],
    [0.5, 0.1, 4],
    [1, 0.1, 4],
  ])('after %d of the run: eps %d, %d steps, and the step length that follows', (share, eps, steps) => {
    const { spec, gradientEvaluations } = inForce(attack(), share);
    expect(spec).toMatchObject({ type: 'pgd', steps, restarts: 1 });
    expect((spec as { eps: number }).eps).toBeCloseTo(eps, 12);
    expect((spec as { alpha: number }).alpha).toBeCloseTo((2.5 * eps) / steps, 12);
    expect(gradientEvaluations).toBe(steps);
  });

  test('before the first point its own value holds', () => {
    const late = attackOf({ type: 'fgsm', eps: { schedule: [[0.5, 0.2]] } }); // prettier-ignore
    expect(inForce(late, 0).spec).toMatchObject({ eps: 0.2, alpha: 0.25 });
  });

  test('the cost of a run is the mean: (1 + 4) / 2; the description keeps the schedule', () => {
    expect(attack().gradientEvaluations).toBeCloseTo(2.5, 12);
    expect(attack().spec).toMatchObject({ steps: { schedule: [[0, 1], [0.5, 4]] } }); // prettier-ignore
  });

  test('a workload may have a mean cost that is no whole number, of a described attack alone', () => {
    const pathsOf = (attack: object) => workloadIssues({ attack }).map(({ path }) => path);
    const { perturb } = attack();
    expect(pathsOf(attack())).not.toContain('workload.attack.gradientEvaluations');
    expect(pathsOf({ perturb, gradientEvaluations: 2.5 })).toContain('workload.attack.gradientEvaluations');
  });

  test('runs are scored on the last ball', () => {
    expect(scoringAttack(attack().spec)).toMatchObject({ eps: 0.1, steps: 10 });
  });

  test('without one the attack is itself at all times', () => {
    const plain = attackOf({ type: 'pgd', eps: 0.1, steps: 3 });
    expect(inForce(plain, 0.3).spec).toEqual(plain.spec);
  });
});

describe('a description that is none of an attack', () => {
  const issuesOf = (spec: object): string[] => {
    try {
      attackOf(spec);
    } catch (error) {
      const { code, issues } = error as HjbLrError;
      return [code, ...issues.map(({ path }) => path)];
    }
    throw new Error('no error');
  };

  test('is refused with every field at fault', () => {
    expect(issuesOf({ type: 'pgd', eps: -1, steps: 0 })).toEqual(['E_INVALID', 'attack.eps', 'attack.steps']);
    const backwards = { schedule: [[0.5, 0.1], [0.2, 0.2]] }; // prettier-ignore
    expect(issuesOf({ type: 'pgd', eps: backwards, steps: 3 })).toEqual(['E_INVALID', 'attack.eps.schedule']);
  });
});
