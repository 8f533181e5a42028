import { describe, expect, test } from '@jest/globals';
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { randomStream } from '../../../src/math/random.js';
import { dot } from '../../../src/math/vectors.js';
import { batchLoss } from '../../../src/training/measurements/batch-loss.js';
import { gradientMoments } from '../../../src/measurements/estimators/gradient-moments.js';
import { hessianVectorProduct, rayleighQuotient } from '../../../src/measurements/estimators/hessian-vector-product.js';
import { lanczosSpectrum } from '../../../src/measurements/estimators/lanczos-spectrum.js';
import { stepCurvature } from '../../../src/measurements/estimators/step-curvature.js';
import { drawIndices, gatherBatch } from '../../../src/training/minibatch.js';
import { within } from '../../helpers/within.js';
import { pgd, problem } from './problem.js';

const COUNT = 12;
const BATCH = 3;
const DRAWS = 400;
const layers = [{ type: 'dense', units: 3 } as const];

/** Without a random start a gradient is a function of the example: means over all examples are exact. */
const attack = pgd({ random_start: false });

async function smallProblem() {
  const { network, weights, examples } = await problem({ layers }, [4], { count: COUNT });
  const gradientOf = (indices: Int32Array): Float64Array =>
    batchLoss(network, gatherBatch(examples, indices), { attack, noise: randomStream(0, 'none') }).gradient(weights);
  const each = Array.from({ length: COUNT }, (_, i) => gradientOf(Int32Array.of(i)));
  const mean = each[0].map((_, j) => each.reduce((sum, h) => sum + h[j] / COUNT, 0));
  const deviations = each.map((h) => h.map((value, j) => value - mean[j]));
  const trace = deviations.reduce((sum, d) => sum + dot(d, d) / COUNT, 0);
  const along = deviations.reduce((sum, d) => sum + dot(d, mean) ** 2 / COUNT, 0);
  return { network, weights, examples, gradientOf, mean, trace, along };
}

/** Mean of draws, with its standard error. */
function average(draws: readonly number[]): { mean: number; error: number } {
  const mean = draws.reduce((sum, value) => sum + value / draws.length, 0);
  const variance = draws.reduce((sum, value) => sum + (value - mean) ** 2 / (draws.length - 1), 0);
  return { mean, error: Math.sqrt(variance / draws.length) };
}

describe('on twelve examples, all of whose gradients are known', () => {
  test('moments of minibatches drawn with replacement are unbiased', async () => {
    const { gradientOf, mean, trace, along } = await smallProblem();
    const stream = randomStream(1, 'moments');
    const batch = (): Float64Array => gradientOf(drawIndices(COUNT, BATCH, stream));
    const drawn = Array.from({ length: DRAWS }, () => gradientMoments([batch(), batch(), batch(), batch()]));
    const exact = { squaredMean: dot(mean, mean), noiseTrace: trace / BATCH, noiseAlongMean: along / BATCH };
    for (const [name, value] of Object.entries(exact)) {
      const { mean: found, error } = average(drawn.map((moments) => moments[name as keyof typeof exact]));
      // Three standard errors with a fixed seed; each is small enough to tell the value from 0 and from its double.
      expect(Math.abs(found - value)).toBeLessThan(3 * error);
      expect(error).toBeLessThan(value / 5);
    }
  });

  test('the square of one minibatch gradient is not: it has the noise in it', async () => {
    const { gradientOf, mean } = await smallProblem();
    const stream = randomStream(1, 'moments');
    const squares = Array.from({ length: DRAWS }, () => {
      const h = gradientOf(drawIndices(COUNT, BATCH, stream));
      return dot(h, h);
    });
    const { mean: found, error } = average(squares);
    expect(found - dot(mean, mean)).toBeGreaterThan(5 * error);
  });

  test('the Lanczos spectrum is that of the Hessian, column by column', async () => {
    const { network, weights, examples } = await smallProblem();
    const loss = batchLoss(network, examples, { attack, noise: randomStream(0, 'none') }).frozenAt(weights);
    const columns = Array.from(weights, (_, i) => {
      const unit = new Float64Array(weights.length);
      unit[i] = 1;
      return [...hessianVectorProduct(loss, weights, unit)];
    });
    const H = new Matrix(columns);
    // Symmetric up to the rounding of float32 gradients.
    expect(Matrix.sub(H, H.transpose()).norm()).toBeLessThan(2e-4 * H.norm());
    const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(H, { assumeSymmetric: true });
    const stream = randomStream(2, 'start');
    const start = Float64Array.from(weights, () => stream.normal());
    const { values, weights: shares } = lanczosSpectrum(loss, weights, start, 8);
    for (const degree of [1, 2, 3]) {
      const exact = realEigenvalues.reduce((sum, value, i) => {
        const projection = start.reduce((product, x, j) => product + x * eigenvectorMatrix.get(j, i), 0);
        return sum + (projection ** 2 / dot(start, start)) * value ** degree;
      }, 0);
      const found = values.reduce((sum, value, i) => sum + shares[i] * value ** degree, 0);
      expect(Math.abs(found / exact - 1)).toBeLessThan(1e-3);
    }
    // Softmax cross-entropy of a linear model is convex, with a largest curvature that eight steps find.
    expect(Math.min(...values)).toBeGreaterThan(-1e-3 * Math.max(...values));
    expect(Math.max(...values) / Math.max(...realEigenvalues)).toBeCloseTo(1, 3);
  });
});

describe('batchLoss', () => {
  test('examples beyond the capacity go in parts: the same loss and gradient', async () => {
    const { weights, examples, network } = await problem({ layers }, [4], { count: 20, capacity: 8 });
    const whole = await problem({ layers }, [4], { count: 20, capacity: 20 });
    const options = { attack: pgd(), noise: randomStream(3, 'noise') };
    const [inParts, atOnce] = [network, whole.network].map((one) => batchLoss(one, examples, options));
    expect(inParts.loss(weights)).toBeCloseTo(atOnce.loss(weights), 6);
    const [a, b] = [inParts, atOnce].map((loss) => loss.gradient(weights));
    expect(Math.hypot(...a.map((value, i) => value - b[i]))).toBeLessThan(1e-6 * Math.hypot(...b));
  });

  test('is a function of the weights: the same noise each time, whatever was computed between', async () => {
    const { network, weights, examples } = await problem({ layers }, [4]);
    const noise = randomStream(3, 'noise');
    const loss = batchLoss(network, examples, { attack: pgd(), noise });
    const first = loss.loss(weights);
    noise.uniform();
    loss.gradient(weights.map((value) => value + 1));
    expect(loss.loss(weights)).toBe(first);
    expect(loss.frozenAt(weights).loss(weights)).toBe(first);
  });

  test('frozen perturbations stay where they were found: away from there the attack anew is worse', async () => {
    const { network, weights, examples } = await problem({ layers }, [4]);
    const loss = batchLoss(network, examples, { attack: pgd({ steps: 10 }), noise: randomStream(3, 'noise') });
    const away = weights.map((value) => -value);
    expect(loss.loss(away)).toBeGreaterThan(loss.frozenAt(weights).loss(away) + 0.05);
  });

  test('counts passes: the attack anew for each gradient, once where it is frozen', async () => {
    const { network, weights, examples } = await problem({ layers }, [4]);
    const meter = { passes: 0 };
    const loss = batchLoss(network, examples, { attack: pgd(), noise: randomStream(3, 'noise'), meter });
    loss.gradient(weights);
    expect(meter.passes).toBe(20 * 3);
    const frozen = loss.frozenAt(weights);
    expect(meter.passes).toBe(20 * 5);
    frozen.gradient(weights);
    frozen.loss(weights);
    expect(meter.passes).toBe(20 * 7);
  });
});

test('the examples of the docstrings', async () => {
  const { network, weights: theta, examples } = await problem({ layers }, [4]);
  const loss = batchLoss(network, examples, { attack: pgd(), noise: randomStream(0, 'measurement') });
  const vector = loss.gradient(theta);
  const product = hessianVectorProduct(loss.frozenAt(theta), theta, vector); // H v at the perturbed points
  expect(rayleighQuotient(vector, product)).toBeGreaterThan(0);

  const { values, weights, norm } = lanczosSpectrum(loss.frozenAt(theta), theta, vector, 8);
  const energies = weights.map((w) => w * norm ** 2); // energy at each curvature
  const quotient = energies.reduce((sum, energy, i) => sum + energy * values[i], 0) / norm ** 2;
  expect(quotient).toBeCloseTo(rayleighQuotient(vector, product), 4);

  const rate = 0.1;
  const { slope, curvature } = stepCurvature(
    loss.frozenAt(theta),
    theta,
    vector.map((g) => rate * g),
  );
  const bestRate = (rate * slope) / curvature;
  // Along the gradient of the same loss slope = u |g|^2 and curvature = u^2 g'Hg, up to the fourth derivative.
  within(bestRate, 1 / rayleighQuotient(vector, product), { rel: 0.02, because: 'a step of finite length' });
});
