import { HjbLrError } from '../../errors.js';
import { crossEntropy } from '../../losses/cross-entropy.js';
import { gradientOf } from '../../networks/loss.js';
import { createModel } from '../../workloads/models/index.js';
import type { Engine } from './engine.js';

/** Largest error: four roundings of float32. */
const TOLERANCE = 5e-7;

/** One input x = 1 to two logits. */
const MODEL = createModel({ layers: [{ type: 'dense', units: 2 }] }, [1], 2);

/**
 * Softmax cross-entropy of z = W x + b, for W = (1, -1), b = 0 and x = 1 of class 0, and its gradients: with
 * p = 1 / (1 + e^2) of class 1, l = -ln(1 - p), dl/dx = -2 p and dl/dW = dl/db = (-p, p).
 * @throws E_ENGINE if the engine computes anything else
 */
export function checkKnownLoss(engine: Engine): void {
  const p = 1 / (1 + Math.exp(2));
  const network = engine.createNetwork(MODEL, { inputShape: [1], classes: 2 }, 1);
  network.load(Float32Array.of(1, -1, 0, 0));
  const losses = new Float64Array(1);
  const { inputs, weights } = network.gradients(Float32Array.of(1), gradientOf(crossEntropy, Int32Array.of(0), losses));
  const found = [losses[0], ...inputs, ...weights];
  network.dispose();
  const known = [-Math.log(1 - p), -2 * p, -p, p, -p, p];
  const wrong = known.findIndex((value, i) => !(Math.abs(found[i] - value) <= TOLERANCE));
  if (wrong === -1 && found.length === known.length) return;
  const { backend, kernel } = engine.info;
  throw new HjbLrError(
    'E_ENGINE',
    `The back end ${backend} (${kernel}) computes a known loss wrongly: ${found.join(', ')} in place of ${known.join(', ')}.`,
    { remedy: 'Use another engine (--engine).' },
  );
}
