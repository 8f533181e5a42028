import type { SgdAttackSpec } from '../../artifacts/sgd-model/sgd-model.js';
import { HjbLrError } from '../../errors.js';
import { projectedStep } from '../attack/projected-step.js';
import type { KeptModel } from './kept-model.js';

const abs = Math.abs;

/**
 * The strong attack: what the attack of a model comes to when it is carried on at fixed weights until it stands still. It is the
 * limit of kept perturbations whose rate is infinitely larger than that of the weights (Danskin), and what the strong adversarial
 * loss is of.
 */
export interface StrongAttack {
  /** Puts each perturbation of a state at its maximum: the best that is found from where it is and from 0. The weights stay. */
  converge(state: Float64Array): void;
  /** (1/n) sum_i l(theta, x_i + delta_i) at the maxima found from delta_i = 0, a penalty not counted. */
  loss(theta: ArrayLike<number>): number;
}

/** Steps after which a penalised ascent that still moves is given up. */
const MOST_STEPS = 20_000;
/** Moves of this size, relative to 1 + |delta|, are none. */
const STANDS_STILL = 1e-13;
/** Steps of a projected ascent, the last ones ever shorter. */
const PROJECTED_STEPS = 60;

/** @throws E_NOT_CONVERGED, when it is used, where a penalised ascent has no maximum */
export function strongAttack(kept: KeptModel): StrongAttack {
  const { weights: w, size } = kept;
  const { attack } = kept.model.file;
  const state = new Float64Array(size);
  const converge = attack.type === 'projected_ascent' ? projectedMaximum(kept, attack) : penalisedMaximum(kept, attack);
  return {
    converge,
    loss(theta) {
      state.fill(0);
      for (let k = 0; k < w; k += 1) state[k] = theta[k];
      converge(state);
      return meanLoss(kept, state);
    },
  };
}

/** (1/n) sum_i l(theta, x_i + delta_i) of a state. */
export function meanLoss(kept: KeptModel, state: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < kept.visits.examples; i += 1) sum += kept.lossAt(state, i);
  return sum / kept.visits.examples;
}

/** delta + (grad_x l - lambda delta) / (lambda + |H|), |H| the largest row sum of d_xx l: it comes to rest wherever |H| < lambda. */
function penalisedMaximum(kept: KeptModel, attack: SgdAttackSpec) {
  const { inputs: d, weights: w, rows } = kept;
  const { loss, nameOf } = kept.model;
  const lambda = attack.type === 'penalised_ascent' ? attack.lambda : 0;
  const [g, H] = [new Float64Array(d), new Float64Array(d * d)];
  return (state: Float64Array): void => {
    for (const [i, row] of rows.entries()) {
      const place = Float64Array.from(row);
      const delta = state.subarray(w + i * d, w + (i + 1) * d);
      let moved = Infinity;
      for (let step = 0; step < MOST_STEPS && moved > STANDS_STILL; step += 1) {
        for (let j = 0; j < d; j += 1) place[j] = row[j] + delta[j];
        loss.inputGradient(state, place, g);
        loss.inputHessian(state, place, H);
        const stepSize = 1 / (lambda + largestRow(H, d));
        moved = 0;
        for (let j = 0; j < d; j += 1) {
          const move = stepSize * (g[j] - lambda * delta[j]);
          delta[j] += move;
          moved = Math.max(moved, abs(move) / (1 + abs(delta[j])));
        }
        if (!(moved < Infinity)) break;
      }
      if (!(moved <= STANDS_STILL)) throw noMaximum(nameOf(state));
    }
  };
}

function largestRow(H: Float64Array, d: number): number {
  let largest = 0;
  for (let i = 0; i < d; i += 1) {
    let sum = 0;
    for (let j = 0; j < d; j += 1) sum += abs(H[i * d + j]);
    largest = Math.max(largest, sum);
  }
  return largest;
}

/** Steps of the whole radius first, then ever shorter ones; the best place along the way. */
function projectedMaximum(kept: KeptModel, attack: Extract<SgdAttackSpec, { type: 'projected_ascent' }>) {
  const { inputs: d, weights: w, rows } = kept;
  const { loss } = kept.model;
  const direction = attack.norm === 'Linf' ? ('sign' as const) : ('normalised' as const);
  const steps = Array.from({ length: PROJECTED_STEPS }, (_, k) =>
    projectedStep({ ...attack, direction, alpha: attack.eps / (1 + k / 4) }, d, w),
  );
  const g = new Float64Array(d);
  return (state: Float64Array): void => {
    for (const [i, row] of rows.entries()) {
      const place = Float64Array.from(row);
      const kept = state.slice(w + i * d, w + (i + 1) * d);
      const best = { delta: kept.slice(), loss: -Infinity };
      for (const delta of [kept, new Float64Array(d)]) {
        for (let k = 0; k <= steps.length; k += 1) {
          for (let j = 0; j < d; j += 1) place[j] = row[j] + delta[j];
          const value = loss.value(state, place);
          if (value > best.loss) {
            best.loss = value;
            best.delta.set(delta);
          }
          if (k === steps.length) break;
          loss.inputGradient(state, place, g);
          steps[k].advance(delta, g);
        }
      }
      state.set(best.delta, w + i * d);
    }
  };
}

function noMaximum(where: string): HjbLrError {
  return new HjbLrError('E_NOT_CONVERGED', `The penalised ascent comes to no maximum at ${where}.`, {
    remedy: 'The penalty must outweigh the curvature of the loss in the inputs: take a larger lambda.',
    fields: { where },
  });
}
