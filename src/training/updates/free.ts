import type { AttackSpec } from '../../artifacts/experiment/attacks.js';
import type { TrainingSpec } from '../../artifacts/experiment/experiment.js';
import { mean } from '../../math/vectors.js';
import { ballOf } from '../../attacks/controls.js';
import { gradientOf } from '../../losses/index.js';
import { inPass, type LabelledInputs } from '../../networks/network.js';
import type { Attack } from '../../attacks/array-attack.js';
import type { Workload } from '../../workloads/workload.js';
import { lossOf } from '../minibatch.js';
import type { RuleState, UpdatePoint, UpdateRule } from './rule.js';

type FreeSpec = Extract<TrainingSpec, { type: 'free' }>;

/**
 * Free adversarial training (Shafahi et al. 2019): every minibatch is replayed m times. A replay takes the gradients of
 * the loss at clip(x + delta, 0, 1) in weights and inputs from one backward pass, descends along the first, and moves
 * delta along the second by the step of the workload's attack (eps where an experiment gives none), back into the ball.
 * delta starts at 0 and is carried from minibatch to minibatch, place by place. An update is one replay and spends one
 * evaluation.
 */
export function freeRule({ replays }: FreeSpec, workload: Workload, resumed: RuleState | null): UpdateRule {
  const loss = lossOf(workload);
  let held = resumed === null ? null : heldBatch(resumed);
  let delta = resumed === null ? new Float32Array(0) : resumed['delta'].slice();
  let left = resumed === null ? 0 : resumed['left'][0];

  return {
    gradient({ network, attack, draw, noise }: UpdatePoint) {
      if (left === 0) [held, left] = [draw(), replays];
      const batch = held!;
      left -= 1;
      if (delta.length !== batch.inputs.length) delta = resized(delta, batch.inputs.length);
      const ball = stepInBall(attack);
      const x = delta.map((value, i) => Math.min(1, Math.max(0, batch.inputs[i] + value)));
      const losses = new Float64Array(batch.labels.length);
      const head = gradientOf(loss, batch.labels, losses, 1 / batch.labels.length);
      network.dropout?.drawFrom(noise);
      const { inputs, weights } = inPass(network, 'update', () => network.gradients(x, head));
      for (let first = 0; first < delta.length; first += network.inputSize) {
        const end = first + network.inputSize;
        moveInBall(delta.subarray(first, end), inputs.subarray(first, end), ball);
      }
      return { batch, loss: mean(losses), gradient: weights, gradientEvaluations: 1 };
    },
    state: () => ({
      delta: delta.slice(),
      left: Float32Array.of(left),
      ...(left === 0 || held === null ? {} : { inputs: held.inputs.slice(), labels: Float32Array.from(held.labels) }),
    }),
  };
}

/** The minibatch whose replays a checkpoint interrupted. */
function heldBatch({ inputs, labels }: RuleState): LabelledInputs | null {
  return inputs === undefined ? null : { inputs: inputs.slice(), labels: Int32Array.from(labels) };
}

/** Of another batch size: zeros for the places that are new. */
function resized(delta: Float32Array, length: number): Float32Array<ArrayBuffer> {
  const next = new Float32Array(length);
  next.set(delta.subarray(0, length));
  return next;
}

interface StepInBall {
  readonly norm: 'Linf' | 'L2';
  readonly eps: number;
  readonly alpha: number;
}

/** The ball and the step of the workload's one-step attack; the door lets no other through. */
function stepInBall(attack: Attack | null): StepInBall {
  const spec = attack!.spec as AttackSpec;
  const ball = ballOf(spec)!;
  const { alpha = ball.eps } = spec as { readonly alpha?: number };
  return { ...ball, alpha };
}

/** delta <- delta + alpha sign(g) (Linf) or delta + alpha g / |g|_2 (L2), back into the ball; of one example. */
function moveInBall(delta: Float32Array, gradient: Float32Array, { norm, eps, alpha }: StepInBall): void {
  if (norm === 'Linf') {
    delta.forEach((value, i) => {
      delta[i] = Math.min(eps, Math.max(-eps, value + alpha * Math.sign(gradient[i])));
    });
    return;
  }
  const length = (values: Float32Array): number => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
  const slope = length(gradient);
  if (slope === 0) return;
  delta.forEach((value, i) => (delta[i] = value + (alpha * gradient[i]) / slope));
  const factor = Math.min(1, eps / length(delta));
  delta.forEach((value, i) => (delta[i] = factor * value));
}
