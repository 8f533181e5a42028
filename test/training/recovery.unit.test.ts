import { describe, expect, test } from '@jest/globals';
import { mean } from '../../src/math/vectors.js';
import { randomStream } from '../../src/math/random.js';
import { collapseWatch, NOTHING_SEEN, type CollapseMemory } from '../../src/training/collapse.js';
import { openEngine } from '../../src/training/engines/index.js';
import { trainRun } from '../../src/training/train.js';
import { concatenated } from '../../src/training/weights.js';
import { classPriorLoss } from '../../src/workloads/index.js';
import { cutOff, smallRun } from './run.js';
import { cloudsWorkload, comparable, type SmallRunOptions } from './small-run.js';

const WORKLOAD = cloudsWorkload({ type: 'pgd', eps: 0.05, steps: 2 });
/** ln 3: the three clouds are equally frequent. */
const H = classPriorLoss(WORKLOAD);

async function watchOf() {
  const engine = await openEngine('tfjs', 'dense');
  const network = engine.createNetwork(WORKLOAD.model, WORKLOAD.dataset, 16);
  const initial = concatenated(WORKLOAD.model.initialise(randomStream(1, 'init')));
  return { initial, watch: collapseWatch(WORKLOAD, network, { seed: 1, batchSize: 16, initial }) };
}

/** All rectifiers off: the biases of the hidden layer, weights 48 to 55, are far below 0. */
function dead(initial: Float32Array): Float32Array {
  return initial.map((weight, i) => (i >= 48 && i < 56 ? -100 : weight));
}

describe('a collapse', () => {
  test('is a gradient in the inputs that has vanished; a plateau of a network that is alive is none', async () => {
    const { initial, watch } = await watchOf();
    const memory: CollapseMemory = { ...NOTHING_SEEN, losses: Array.from({ length: 20 }, () => H) };
    const sight = { update: 20, loss: H, isFinite: true };
    expect(watch.see(memory, { ...sight, weights: dead(initial) })).toMatchObject({ collapse: 'gradient', cost: 6 });
    const alive = watch.see(memory, { ...sight, weights: initial });
    expect(alive).toMatchObject({ collapse: null, cost: 6, memory: { nextLook: 40, wait: 40 } });
    // Not looked at again before update 40, and then without the initial weights.
    const soon = watch.see(alive.memory, { ...sight, update: 39, weights: dead(initial) });
    expect(soon).toMatchObject({ collapse: null, cost: 0 });
    expect(watch.see(soon.memory, { ...sight, update: 40, weights: dead(initial) })).toMatchObject({
      collapse: 'gradient',
      cost: 3,
    });
  });

  test('is a loss that is back at the best constant prediction, on clean inputs too, after it was below 90 % of it', async () => {
    const { initial, watch } = await watchOf();
    // All weights a thousandth: logits near 0, so that the clean loss is ln 3, and the gradient has not vanished.
    const constant = initial.map((weight) => weight / 1000);
    const entered = { ...NOTHING_SEEN, left: true, startNorm: 1e-9, losses: Array.from({ length: 20 }, () => H) };
    const sight = { update: 100, loss: H, isFinite: true, weights: constant };
    expect(watch.see(entered, sight).collapse).toBe('loss');
    expect(watch.see({ ...entered, left: false }, sight).collapse).toBeNull();
    // Ten of the last twenty are at 0.9 H: the median, (0.9 + 1) / 2 H, is neither away nor back.
    const between = { ...entered, losses: entered.losses.map((loss, i) => (i < 11 ? 0.9 * loss : loss)) };
    expect(watch.see(between, sight)).toMatchObject({ collapse: null, cost: 0, memory: { isAway: false } });
    const away = watch.see({ ...NOTHING_SEEN, losses: Array.from({ length: 20 }, () => 0.89 * H) }, sight);
    expect(away.memory).toMatchObject({ left: true, isAway: true });
  });

  test('is a number that is not finite', async () => {
    const { initial, watch } = await watchOf();
    const sight = { update: 0, loss: NaN, isFinite: false, weights: initial };
    expect(watch.see(NOTHING_SEEN, sight)).toEqual({ memory: NOTHING_SEEN, collapse: 'not_finite', cost: 0 });
  });
});

/** The network has learned when ten updates at a rate of 60 turn its rectifiers off. */
const BURST = Array.from({ length: 17 }, (_, i) => (i === 9 ? 60 : 0.3));
const LEFT_DEAD: SmallRunOptions = {
  updates: 170,
  evaluation: null,
  method: { schedule: { name: 'piecewise', hold: 10, rates: BURST }, optimizer: { name: 'sgd' } },
};
const RECOVERING: SmallRunOptions = { ...LEFT_DEAD, method: { ...LEFT_DEAD.method!, recovery: {} } };

const lastLoss = (steps: readonly { train_robust_loss?: unknown }[]): number =>
  mean(steps.slice(-20).map(({ train_robust_loss }) => Number(train_robust_loss)));

describe('a run that collapses', () => {
  test('goes back to weights from which it learned, at half the rate, and is charged for the look', async () => {
    const left = await trainRun(await smallRun(LEFT_DEAD));
    expect(lastLoss(left.steps)).toBeGreaterThan(0.95 * H);
    const { steps, end } = await trainRun(await smallRun(RECOVERING));
    expect(lastLoss(steps)).toBeLessThan(0.5 * H);
    // The median of the updates 81 to 100 is above H; at update 100 ten of the low losses before the burst are left.
    // Weights were kept after 80 updates, and those after 100 were never confirmed.
    const back = steps.filter(({ reason }) => reason!.startsWith('rollback:'));
    expect(back.map(({ update, reason }) => [update, reason])).toEqual([
      [101, 'rollback:gradient to update 80, rate x 0.5'],
    ]);
    expect(end!.summary).toEqual({ rollbacks: 1, rate_factor: 0.5 });
    // Three evaluations an update (PGD-2), and a look at these weights and at the initial ones of three each.
    expect(end!.n_grad_evals).toBe(3 * 170 + 6);
    // 21 updates were lost: the rate rises to half of 0.3 over as many.
    expect(Number(steps[101].lr)).toBeCloseTo((0.3 * 0.5) / 21, 12);
    expect(Number(steps[121].lr)).toBeCloseTo(0.15, 12);
  });

  test('and is killed right after it went back goes on bit for bit', async () => {
    const undisturbed = await trainRun(await smallRun(RECOVERING));
    const run = { ...(await smallRun(RECOVERING)), checkpointEvery: 101 };
    await cutOff(run, 105);
    expect(comparable(await trainRun(run))).toEqual(comparable(undisturbed));
  });
});

test('a run that never collapses is bit for bit as without a recovery', async () => {
  const calm = { schedule: { name: 'constant', rate: 0.3 }, optimizer: { name: 'sgd' } } as const;
  const [plain, watched] = [calm, { ...calm, recovery: {} }].map((method) => smallRun({ updates: 60, method }));
  expect(comparable(await trainRun(await watched))).toEqual(comparable(await trainRun(await plain)));
});
