import { describe, expect, test } from '@jest/globals';
import { randomStream } from '../../../src/math/random.js';
import {
  divergenceFrom,
  gradientOf,
  LOSSES,
  lossesOf,
  softmax,
  tradesGradient,
  type Loss,
} from '../../../src/losses/index.js';
import { within } from '../../helpers/within.js';

const CLASSES = 5;
const EXAMPLES = 40;
/** A power of two, so that float32 logits move by exactly this. */
const STEP = 2 ** -10;

const labels = Int32Array.from({ length: EXAMPLES }, (_, i) => i % CLASSES);
const logitsOf = (name: string, count = EXAMPLES): Float32Array =>
  randomStream(1, name).fillUniform(new Float32Array(count * CLASSES), -2, 2);
/** Without bits below 2^-13: logit plus and minus the step are float32 numbers. */
const exact = (logits: Float32Array): Float32Array => logits.map((z) => Math.round(z * 2 ** 13) / 2 ** 13);

/** Central difference of `value` in each logit, and how much slopes to either side differ there. */
function differences(logits: Float32Array, value: (logits: Float32Array) => number): { slope: number; kink: number }[] {
  const at = (place: number, h: number): number => {
    const moved = logits.slice();
    moved[place] += h;
    return value(moved);
  };
  const here = value(logits);
  return [...logits.keys()].map((place) => {
    const [ahead, behind] = [at(place, STEP), at(place, -STEP)];
    return { slope: (ahead - behind) / (2 * STEP), kink: Math.abs(ahead - 2 * here + behind) / STEP };
  });
}

const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0);

const probabilities = softmax(exact(logitsOf('clean')), CLASSES);
const CASES: [string, Loss][] = [
  ['cross_entropy', LOSSES.cross_entropy],
  ['margin', LOSSES.margin],
  ['squared', LOSSES.squared],
  ['dlr', LOSSES.dlr],
  ['divergence', divergenceFrom(probabilities)],
];

describe('gradients against differences of float64 losses', () => {
  test.each(CASES)('%s', (_name, loss) => {
    const logits = exact(logitsOf('logits'));
    const gradient = new Float32Array(logits.length);
    gradientOf(loss, labels, new Float64Array(EXAMPLES))(logits, gradient);
    const found = differences(logits, (moved) => sum(lossesOf(loss, moved, labels)));
    // Order changes within a step where the slopes to either side differ: there the loss has no gradient.
    const smooth = found.filter(({ kink }) => kink < 0.05);
    expect(smooth.length).toBeGreaterThan(0.9 * logits.length);
    found.forEach(({ slope, kink }, place) => {
      if (kink < 0.05)
        within(gradient[place], slope, { rel: 3e-5, abs: 3e-6, because: 'third derivatives times 2^-21' });
    });
  });

  test('TRADES, in clean and perturbed logits', () => {
    const logits = exact(logitsOf('both', 2 * EXAMPLES));
    const value = (moved: Float32Array): number => {
      const losses = new Float64Array(EXAMPLES);
      tradesGradient(3, labels, losses, 1)(moved, new Float32Array(moved.length));
      return sum(losses);
    };
    const gradient = new Float32Array(logits.length);
    tradesGradient(3, labels, new Float64Array(EXAMPLES), 1)(logits, gradient);
    differences(logits, value).forEach(({ slope }, place) =>
      within(gradient[place], slope, { abs: 2e-5, because: 'third derivatives, beta = 3, times 2^-21' }),
    );
  });

  test('a scale multiplies the gradient and not the losses', () => {
    const logits = logitsOf('logits');
    const [plain, scaled] = [new Float32Array(logits.length), new Float32Array(logits.length)];
    const losses = [new Float64Array(EXAMPLES), new Float64Array(EXAMPLES)];
    gradientOf(LOSSES.cross_entropy, labels, losses[0])(logits, plain);
    gradientOf(LOSSES.cross_entropy, labels, losses[1], 0.25)(logits, scaled);
    expect(losses[1]).toEqual(losses[0]);
    expect(scaled).toEqual(plain.map((value) => value / 4));
  });
});

describe('the same losses by other formulas', () => {
  test('cross-entropy is the sum of logits in the exponent, taken naively in float64', () => {
    const logits = logitsOf('logits');
    lossesOf(LOSSES.cross_entropy, logits, labels).forEach((loss, i) => {
      const z = [...logits.subarray(i * CLASSES, (i + 1) * CLASSES)];
      const naive = Math.log(z.reduce((total, value) => total + Math.exp(value), 0)) - z[labels[i]];
      within(loss, naive, { rel: 1e-13, abs: 1e-14, because: 'float64, logits of size 2' });
    });
  });

  test('TRADES is cross-entropy at the clean logits plus beta times the divergence', () => {
    const [clean, perturbed] = [logitsOf('clean'), logitsOf('perturbed')];
    const losses = new Float64Array(EXAMPLES);
    const both = Float32Array.from([...clean, ...perturbed]);
    tradesGradient(6, labels, losses, 1)(both, new Float32Array(both.length));
    const entropy = lossesOf(LOSSES.cross_entropy, clean, labels);
    const kl = lossesOf(divergenceFrom(softmax(clean, CLASSES)), perturbed, labels);
    losses.forEach((loss, i) => within(loss, entropy[i] + 6 * kl[i], { rel: 1e-13, because: 'float64' }));
  });

  test('dlr does not change where logits are scaled and shifted', () => {
    const logits = exact(logitsOf('logits'));
    const moved = lossesOf(
      LOSSES.dlr,
      logits.map((z) => 8 * z + 3),
      labels,
    );
    lossesOf(LOSSES.dlr, logits, labels).forEach((loss, i) =>
      within(moved[i], loss, { rel: 1e-9, because: 'a guard of 1e-12 beside differences above 1e-3' }),
    );
  });
});
