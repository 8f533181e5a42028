import { describe, expect, test } from '@jest/globals';
import { parseArtifact } from '../../src/artifacts/files.js';
import { HjbLrError } from '../../src/errors.js';
import { randomStream } from '../../src/math/random.js';
import { analyseSgdModel, compileSgdModel } from '../../src/sde/index.js';
import { mutant } from '../synthesis/problem-file/mutate.js';
import { LOCATION } from './models.js';

/** Small models that together use every field. */
const SEEDS: readonly object[] = [
  { ...LOCATION, attack: { ...LOCATION.attack, steps: 2 }, rate: { value: 'exp(-t)*(1 - theta/5)', bounds: [0, 1] } },
  {
    kind: 'sgd_model',
    schema_version: '1.0.0',
    weights: ['a', 'b'],
    inputs: ['x'],
    label: 'y',
    parameters: { k: 2 },
    loss: 'log(1 + exp(-y*(a*x + b))) + max(0, a - k)^2',
    data: {
      points: [
        [1, 1],
        [-0.5, -1],
        [0.2, 1],
      ],
      weights: [1, 2, 1],
    },
    attack: { type: 'projected_ascent', norm: 'L2', eps: 0.1, steps: 2, alpha: 0.1, direction: 'normalised' },
    eta: 0.2,
    batch_size: 2,
    horizon: 2,
    start: { a: 0.3, b: 0.1 },
    at: [
      { a: 0.3, b: 0.1 },
      { a: 1, b: -1 },
    ],
    observables: ['a*b', 'abs(a)'],
    control: { order: 1, domain: { a: [-2, 2], b: [-1, 3] }, running_cost: 'loss - loss_min + u^2*t' },
  },
  {
    kind: 'sgd_model',
    schema_version: '1.0.0',
    weights: ['w'],
    inputs: ['x'],
    loss: 'abs(w - x) + (w*x)^2/3',
    data: { mixture: [{ weight: 1, mean: [0], covariance: [[1]] }, { weight: 3, mean: [2], covariance: [[0.1]] }] },
    attack: { type: 'projected_ascent', norm: 'Linf', eps: 0.2, steps: 1, alpha: 0.2, direction: 'sign' },
    eta: 0.1,
    horizon: 1,
    start: { w: 0.4 },
  }, // prettier-ignore
];

const MUTANTS = 500;
/** Few, so that thousands of models take seconds. */
const SAMPLES = 128;

/** What becomes of a mutant: "analysed", or the code of the error. */
async function outcomeOf(file: unknown): Promise<string> {
  try {
    const model = await compileSgdModel(parseArtifact('sgd_model', file, 'model.json'), { samples: SAMPLES });
    parseArtifact('sde_analysis', analysisOf(model.file, analyseSgdModel(model)), 'sde.json');
    return 'analysed';
  } catch (error) {
    if (error instanceof HjbLrError) return error.code;
    throw new Error(`uncaught ${String(error)} for ${JSON.stringify(file)}`, { cause: error });
  }
}

function analysisOf(model: object, result: object): object {
  const provenance = { tool: 'test', tool_version: '0' };
  return { kind: 'sde_analysis', schema_version: '1.0.0', name: 'fuzz', model, result, provenance };
}

/** A mutant may ask for more steps or more points than a test has time for. */
function isSmall(file: unknown): boolean {
  const { attack, at, data } = file as { attack?: { steps?: number }; at?: unknown[]; data?: object };
  return (
    !(Number(attack?.steps) > 50) && !(Array.isArray(at) && at.length > 4) && JSON.stringify(data ?? 0).length < 600
  );
}

describe('a model file with mistakes', () => {
  test('the seeds themselves are analysed', async () => {
    for (const seed of SEEDS) expect(await outcomeOf(seed)).toBe('analysed');
  });

  test(`${MUTANTS} mutants: each is analysed or is refused in our words, none hangs`, async () => {
    const random = randomStream(5, 'fuzz');
    const outcomes = new Map<string, number>();
    let slowest = { ms: 0, file: '' };
    for (let i = 0; i < MUTANTS; i += 1) {
      const file = mutant(SEEDS[i % SEEDS.length], random);
      if (file === null || typeof file !== 'object' || !isSmall(file)) continue;
      const started = performance.now();
      const outcome = await outcomeOf(file);
      const ms = performance.now() - started;
      if (ms > slowest.ms) slowest = { ms, file: JSON.stringify(file) };
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    }
    for (const outcome of ['analysed', 'E_INVALID', 'E_EXPRESSION', 'E_KIND']) {
      expect([outcome, (outcomes.get(outcome) ?? 0) > 10]).toEqual([outcome, true]);
    }
    expect(slowest.ms > 10_000 ? slowest : null).toBeNull();
  }, 180_000);
});
