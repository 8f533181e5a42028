import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import type { AttackSpec } from '../../../src/artifacts/experiment/experiment.js';
import { openEngine } from '../../../src/training/engines/index.js';
import { answersOf, type Answers } from './agreement/answers.js';
import { ATTACKED, attackName, CASES, EXAMPLES, ONE_STEP, type Case } from './agreement/cases.js';
import { differences } from './agreement/float64.js';

/** TensorFlow.js has one back end in a process: its plain JavaScript and the native library answer from their own. */
async function inOwnProcess(name: 'cpu' | 'native'): Promise<Answers | { refused: string }> {
  const file = fileURLToPath(new URL('agreement/in-own-process.ts', import.meta.url));
  const options = { maxBuffer: 2 ** 26 };
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', file, name], options);
  return JSON.parse(stdout.split('\n').at(-2)!) as Answers | { refused: string };
}

async function here(name: 'tfjs' | 'fused'): Promise<Answers | { refused: string }> {
  const engine = await openEngine(name, 'dense').catch((error: unknown) => ({ refused: (error as Error).message }));
  return 'refused' in engine ? engine : answersOf(engine);
}

const [cpu, native] = await Promise.all((['cpu', 'native'] as const).map(inOwnProcess));
const reference = cpu as Answers;
const ENGINES: [string, Answers | { refused: string }][] = [
  ['tfjs', await here('tfjs')],
  ['fused', await here('fused')],
  ['native', native],
];

/** Largest difference as a share of the largest of the values expected. */
function relativeError(found: readonly number[], expected: readonly number[]): number {
  expect(found).toHaveLength(expected.length);
  const scale = Math.max(...expected.map(Math.abs));
  return Math.max(...found.map((value, i) => Math.abs(value - expected[i]))) / scale;
}

describe.each([['cpu', reference], ...ENGINES] as typeof ENGINES)(
  '%s against float64 loops and differences',
  (_, answers) => {
    if ('refused' in answers) {
      test.skip(answers.refused, () => {});
      return;
    }

    test.each(CASES)('gradients of $name', (one) => {
      const exact = differences(one);
      // Sums of at most 400 products in float32; the differences themselves are good to 1e-9.
      expect(relativeError(answers.logits[one.name], exact.logits)).toBeLessThan(2e-6);
      expect(relativeError(answers.ofWeights[one.name], exact.ofWeights)).toBeLessThan(5e-6);
      expect(relativeError(answers.ofInputs[one.name], exact.ofInputs)).toBeLessThan(5e-6);
    });

    test.each(ATTACKED.flatMap((one) => ONE_STEP.map((spec) => [attackName(one, spec), one, spec] as const)))(
      'one step of %s',
      (name, one, spec) => {
        // Gradients of the sum of losses, which attacks raise, from those of the mean.
        const g = differences(one).ofInputs.map((value) => EXAMPLES * value);
        const expected = oneStep(one, spec, g);
        expect(relativeError(answers.perturbed[name], expected)).toBeLessThan(5e-6);
      },
    );
  },
);

/** The textbook's step from the clean input, clipped to the box where the attack is. */
function oneStep({ inputs }: Case, spec: AttackSpec, g: readonly number[]): number[] {
  const clip = (value: number): number => Math.min(1, Math.max(0, value));
  if (spec.type === 'penalised_ascent') return g.map((slope, i) => inputs[i] + spec.eta_i * slope);
  // The step of 1.25 eps is cut to the ball.
  if (spec.type === 'fgsm') return g.map((slope, i) => clip(inputs[i] + spec.eps * Math.sign(slope)));
  const width = inputs.length / EXAMPLES;
  const length = (row: number): number => Math.hypot(...g.slice(row * width, (row + 1) * width));
  return g.map((slope, i) => clip(inputs[i] + (spec.alpha! * slope) / length(Math.floor(i / width))));
}

describe.each(ENGINES)('%s against the cpu back end of TensorFlow.js', (_, answers) => {
  if ('refused' in answers) {
    test.skip(answers.refused, () => {});
    return;
  }

  test.each(Object.keys(reference.perturbed))('perturbed inputs: %s', (name) => {
    // The sign of a slope that is 0 but for rounding may differ: none does here.
    expect(relativeError(answers.perturbed[name], reference.perturbed[name])).toBeLessThan(1e-5);
  });

  test.each(Object.keys(reference.products))('Hessian-vector products: %s', (name) => {
    // Gradients in another order differ by 1e-7 of themselves, divided by a step of 5e-3.
    expect(relativeError(answers.products[name], reference.products[name])).toBeLessThan(3e-4);
  });

  test.each(Object.keys(reference.curves))('the loss of 50 adversarial updates, %s', (name) => {
    const [found, expected] = [answers.curves[name], reference.curves[name]];
    // Measured: 3e-8 on wasm. A sum in another order may flip the sign of a slope that is 0 but for rounding, which moves
    // an input by 2 alpha where the loss does not change to first order.
    expect(relativeError(found.slice(0, 5), expected.slice(0, 5))).toBeLessThan(1e-6);
    expect(relativeError(found, expected)).toBeLessThan(2e-5);
    // It learns: a curve that stands still would agree too.
    expect(Math.min(...expected.slice(-10))).toBeLessThan(0.8 * expected[0]);
  });
});
