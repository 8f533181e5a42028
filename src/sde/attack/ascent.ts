import type { SgdAttackSpec } from '../../artifacts/sgd-model/sgd-model.js';
import type { CompiledLoss } from '../loss.js';
import { projectedStep, signsOf } from './projected-step.js';
import { penalisedStep, type AscentStep } from './step.js';

/**
 * The inner ascent of adversarial training, applied exactly: delta^0 (0, or the random start that the sample carries), then
 * K steps. A sample is [x, label, delta^0], the last two where there are any; theta holds the weights. The functions write
 * where they are told, share scratch memory and allocate nothing.
 */
export interface Ascent {
  readonly steps: number;
  /** Whether delta^K jumps where a component of grad_x l changes sign. */
  readonly jumps: boolean;
  /** Numbers that a random start adds to a sample. */
  readonly startSize: number;
  /** delta^K of the last `perturb`, [inputs]. */
  readonly perturbation: Float64Array;
  /** [x + delta^K, label]. */
  perturb(theta: ArrayLike<number>, sample: ArrayLike<number>, perturbed: Float64Array): void;
  /** The same, with D = d delta^K / d theta, [inputs, weights]. */
  perturbWithTangent(
    theta: ArrayLike<number>,
    sample: ArrayLike<number>,
    perturbed: Float64Array,
    D: Float64Array,
  ): void;
  /** A number that tells apart the smooth pieces of the ascent and of the loss along it. */
  piece(theta: ArrayLike<number>, sample: ArrayLike<number>): number;
  /** Whether the last steps go back and forth ever further. */
  overshoots(theta: ArrayLike<number>, sample: ArrayLike<number>): boolean;
}

/**
 * The attack of a model on its loss.
 * @param isCarried - whether every sample carries delta^0: a random start, or a kept perturbation
 */
export function createAscent(
  loss: CompiledLoss,
  attack: SgdAttackSpec,
  hasLabel: boolean,
  isCarried = attack.type === 'projected_ascent' && attack.random_start,
): Ascent {
  const { inputs, weights } = loss;
  const d = inputs + (hasLabel ? 1 : 0);
  const step = stepOf(attack, inputs, weights);
  const steps = attack.type === 'none' ? 0 : attack.steps;
  const startSize = isCarried ? inputs : 0;
  const delta = new Float64Array(inputs);
  const g = new Float64Array(inputs);
  const H = new Float64Array(inputs * inputs);
  const M = new Float64Array(weights * inputs);
  const dg = new Float64Array(inputs * weights);
  const at = new Float64Array(d);
  const switches = new Float64Array(loss.switchCount);

  const begin = (sample: ArrayLike<number>): void => {
    for (let j = 0; j < inputs; j += 1) delta[j] = startSize > 0 ? sample[d + j] : 0;
    if (hasLabel) at[inputs] = sample[inputs];
  };
  const move = (sample: ArrayLike<number>): void => {
    for (let j = 0; j < inputs; j += 1) at[j] = sample[j] + delta[j];
  };
  /** dg = H D + M^T at the place where the ascent is. */
  const gradientTangent = (theta: ArrayLike<number>, D: Float64Array): void => {
    loss.inputHessian(theta, at, H);
    loss.mixedHessian(theta, at, M);
    for (let j = 0; j < inputs; j += 1) {
      for (let i = 0; i < weights; i += 1) {
        let sum = M[i * inputs + j];
        for (let k = 0; k < inputs; k += 1) sum += H[j * inputs + k] * D[k * weights + i];
        dg[j * weights + i] = sum;
      }
    }
  };
  const switchPiece = (theta: ArrayLike<number>): number => {
    if (switches.length === 0) return 0;
    loss.switches(theta, at, switches);
    return signsOf(switches);
  };

  return {
    steps,
    jumps: step.jumps && steps > 0,
    startSize,
    perturbation: delta,
    perturb(theta, sample, perturbed) {
      begin(sample);
      move(sample);
      for (let k = 0; k < steps; k += 1) {
        loss.inputGradient(theta, at, g);
        step.advance(delta, g);
        move(sample);
      }
      perturbed.set(at);
    },
    perturbWithTangent(theta, sample, perturbed, D) {
      begin(sample);
      move(sample);
      D.fill(0);
      for (let k = 0; k < steps; k += 1) {
        loss.inputGradient(theta, at, g);
        gradientTangent(theta, D);
        step.advanceTangent(delta, g, D, dg);
        step.advance(delta, g);
        move(sample);
      }
      perturbed.set(at);
    },
    piece(theta, sample) {
      begin(sample);
      move(sample);
      let code = switchPiece(theta);
      for (let k = 0; k < steps; k += 1) {
        loss.inputGradient(theta, at, g);
        code = (Math.imul(code, 1000003) + step.piece(delta, g)) | 0;
        step.advance(delta, g);
        move(sample);
        code = (Math.imul(code, 1000003) + switchPiece(theta)) | 0;
      }
      return code;
    },
    overshoots(theta, sample) {
      if (steps < 3) return false;
      begin(sample);
      move(sample);
      const last = [new Float64Array(inputs), new Float64Array(inputs), new Float64Array(inputs)];
      for (let k = 0; k < steps; k += 1) {
        const before = Float64Array.from(delta);
        loss.inputGradient(theta, at, g);
        step.advance(delta, g);
        move(sample);
        last.push(last.shift()!);
        last[2].set(delta.map((value, j) => value - before[j]));
      }
      return growsInTurns(last[0], last[1]) && growsInTurns(last[1], last[2]);
    },
  };
}

function stepOf(attack: SgdAttackSpec, inputs: number, weights: number): AscentStep {
  if (attack.type === 'projected_ascent') return projectedStep(attack, inputs, weights);
  return attack.type === 'none' ? penalisedStep(0, 0) : penalisedStep(attack.eta_i, attack.lambda);
}

/** Whether b goes back from a, and further. */
function growsInTurns(a: Float64Array, b: Float64Array): boolean {
  const dot = (u: Float64Array, v: Float64Array): number => u.reduce((sum, value, j) => sum + value * v[j], 0);
  return dot(a, b) < 0 && dot(b, b) > 1.01 * dot(a, a);
}
