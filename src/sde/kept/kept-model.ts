import type { SgdAttackSpec } from '../../artifacts/sgd-model/sgd-model.js';
import { HjbLrError } from '../../errors.js';
import { createAscent } from '../attack/ascent.js';
import type { SgdModel } from '../model.js';
import { isKept } from '../restarted-alone.js';
import { visitsOf, type Visits } from './visits.js';

/**
 * Adversarial SGD that keeps the perturbation of each of its n training examples: a Markov process of the joint state
 * X = (theta, delta_1, ..., delta_n), a vector of w + n d numbers (w weights, d inputs).
 */
export interface KeptModel {
  readonly model: SgdModel;
  readonly weights: number;
  readonly inputs: number;
  readonly visits: Visits;
  /** w + n d. */
  readonly size: number;
  /** [x, label] of each example. */
  readonly rows: readonly Float64Array[];
  /** (theta_0, 0, ..., 0). */
  readonly start: Float64Array;
  /** Whether the attack's step is a sign or a normalised gradient, so that the fields jump. */
  readonly jumps: boolean;
  /**
   * What a visit of example i would do at a state: the move A(delta_i) - delta_i of its perturbation, into `move` [d], and the
   * gradient of its loss in theta at the moved perturbation, into `gradient` [w].
   */
  visit(state: Float64Array, i: number, move: Float64Array, gradient: Float64Array): void;
  /** grad_theta and the loss at the perturbations as they are, without a move. */
  gradientAt(state: Float64Array, i: number, gradient: Float64Array): void;
  lossAt(state: Float64Array, i: number): number;
}

/** Examples whose perturbations are carried along, at most. */
const MOST_KEPT = 10_000;

/**
 * @param stepScale - multiple of the attack's step size: of weak errors at a fixed ratio of both rates; 1 by default
 * @throws E_INVALID for a model whose perturbations are not kept, or of too many examples
 */
export function keptModel(model: SgdModel, stepScale = 1): KeptModel {
  const { file, law, loss } = model;
  if (!isKept(file)) throw notKept(file.name);
  if (law.components.length > MOST_KEPT) throw tooMany(law.components.length);
  const { inputs, weights: w } = loss;
  const rows = law.components.map(({ mean }) => mean);
  const ascent = createAscent(loss, scaled(file.attack, stepScale), file.label !== null, true);
  const sample = new Float64Array(law.data + inputs);
  const perturbed = new Float64Array(law.data);
  const size = w + rows.length * inputs;
  const place = (state: Float64Array, i: number): void => {
    sample.set(rows[i]);
    for (let j = 0; j < inputs; j += 1) sample[law.data + j] = state[w + i * inputs + j];
  };
  const put = (state: Float64Array, i: number): void => {
    perturbed.set(rows[i]);
    for (let j = 0; j < inputs; j += 1) perturbed[j] += state[w + i * inputs + j];
  };
  const start = new Float64Array(size);
  start.set(model.start);
  return {
    model,
    weights: w,
    inputs,
    visits: visitsOf(rows.length, model.batchSize),
    size,
    rows,
    start,
    jumps: ascent.jumps,
    visit(state, i, move, gradient) {
      place(state, i);
      ascent.perturb(state, sample, perturbed);
      loss.weightGradient(state, perturbed, gradient);
      for (let j = 0; j < inputs; j += 1) move[j] = ascent.perturbation[j] - state[w + i * inputs + j];
    },
    gradientAt(state, i, gradient) {
      put(state, i);
      loss.weightGradient(state, perturbed, gradient);
    },
    lossAt(state, i) {
      put(state, i);
      return loss.value(state, perturbed);
    },
  };
}

function scaled(attack: SgdAttackSpec, scale: number): SgdAttackSpec {
  if (attack.type === 'penalised_ascent') return { ...attack, eta_i: scale * attack.eta_i };
  return attack.type === 'none' ? attack : { ...attack, alpha: scale * attack.alpha };
}

/** Step size of the attack, [inputs per unit of its direction]; 0 without an attack. */
export function stepSizeOf(attack: SgdAttackSpec): number {
  if (attack.type === 'none') return 0;
  return attack.type === 'penalised_ascent' ? attack.eta_i : attack.alpha;
}

function notKept(name: string): HjbLrError {
  return new HjbLrError('E_INVALID', `The perturbations of "${name}" restart in every update.`, {
    remedy: 'Write "start": "kept" in the attack of the model.',
    issues: [{ path: 'attack.start', message: 'must be "kept" here, got "zero"' }],
  });
}

function tooMany(rows: number): HjbLrError {
  return new HjbLrError('E_INVALID', `Perturbations are kept for at most ${MOST_KEPT} examples; these are ${rows}.`, {
    remedy: 'Take fewer rows, or write "start": "zero".',
    issues: [{ path: 'data', message: `must be at most ${MOST_KEPT} rows where perturbations are kept, got ${rows}` }],
  });
}
