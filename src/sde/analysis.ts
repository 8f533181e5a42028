import type { SdePoint, SdeResult } from '../artifacts/sde-analysis/sde-analysis.js';
import { HjbLrError, type Issue } from '../errors.js';
import { drift, type DriftOrder, type RateAt } from './drift.js';
import { asymmetryOf, effectiveLoss, effectiveLossSentence } from './effective-loss.js';
import type { FieldValues } from './fields.js';
import { hasAtomsAlone } from './law/law.js';
import type { SgdModel } from './model.js';
import { refuseKept } from './restarted-alone.js';

/**
 * The coefficients of the SDE of a model at the points that its file asks for, with their errors.
 *
 * @param seed - the seed that the model was compiled with
 * @throws every point at fault at once, by its path: E_INVALID where the loss is not differentiable where the data lie or
 * not finite, where the ascent diverges, or where the rate leaves its bounds; E_NOT_CONVERGED for expectations
 *
 * @example
 * const { points } = analyseSgdModel(await compileSgdModel(file));
 * points[0].hbar; // E h at the first point of "at"
 */
export function analyseSgdModel(model: SgdModel, seed = 0): SdeResult {
  refuseKept(model, 'analyseSgdModel', 'Take analyseKept, or write "start": "zero".');
  const issues: Issue[] = [];
  const failures: HjbLrError[] = [];
  const points = model.file.at.flatMap((at, i) => {
    try {
      return [pointAt(model, at)];
    } catch (error) {
      if (!(error instanceof HjbLrError)) throw error;
      issues.push({ path: `at.${i}`, message: error.message });
      failures.push(error);
      return [];
    }
  });
  if (failures.length > 0) throw allOf(failures, issues);
  const effective = effectiveLossSentence(model, points);
  return {
    seed,
    weights: [...model.weights],
    points: effective.exists ? points.map((point) => withEffectiveLoss(model, point)) : points,
    effective_loss: effective,
    warnings: warningsOf(model, points),
  };
}

function allOf(failures: readonly HjbLrError[], issues: readonly Issue[]): HjbLrError {
  const [{ code, message, remedy, fields }] = failures;
  const sentence = failures.length === 1 ? message : `The model is at fault at ${failures.length} points.`;
  return new HjbLrError(code, sentence, { remedy, fields, issues });
}

const ORDERS: readonly DriftOrder[] = ['first', 'second_held', 'second_full'];

function pointAt(model: SgdModel, at: Readonly<Record<string, number>>): SdePoint {
  const theta = model.pointOf(at);
  const rate = rateAt(model, theta);
  model.faults.check(theta);
  const { values, errors, method } = model.fields.combined(theta, (all) => figures(model, all, rate));
  const of = partsOf(model.weights.length);
  const { hbar, covariance, jacobian, drifts, losses } = of(values);
  const error = of(errors);
  return {
    at: { ...at },
    rate: rate.value,
    hbar,
    covariance,
    jacobian,
    jacobian_method: model.jacobianMethod(theta),
    drift_1: drifts[0],
    drift_2: drifts[1],
    drift_2_full: drifts[2],
    adversarial_loss: losses[0],
    clean_loss: losses[1],
    effective_loss: null,
    asymmetry: asymmetryOf(jacobian),
    method,
    standard_errors: {
      hbar: error.hbar,
      covariance: error.covariance,
      jacobian: error.jacobian,
      drift_1: error.drifts[0],
      drift_2: error.drifts[1],
      drift_2_full: error.drifts[2],
      adversarial_loss: error.losses[0],
      clean_loss: error.losses[1],
    },
  };
}

/** hbar, S, D hbar, the three drifts and the two losses in one list. */
function figures(model: SgdModel, all: FieldValues, rate: RateAt): Float64Array {
  const drifts = ORDERS.flatMap((order) => {
    const out = new Float64Array(model.weights.length);
    drift(order, all, rate, model.eta, out);
    return [...out];
  });
  const { meanField, covariance, jacobian, adversarialLoss, cleanLoss } = all;
  return Float64Array.of(...meanField, ...covariance, ...jacobian, ...drifts, adversarialLoss, cleanLoss);
}

/** The list taken apart again. */
function partsOf(n: number) {
  return (list: Float64Array) => {
    let from = 0;
    const vector = (): number[] => [...list.subarray(from, (from += n))];
    const matrix = (): number[][] => Array.from({ length: n }, vector);
    const [hbar, covariance, jacobian] = [vector(), matrix(), matrix()];
    return { hbar, covariance, jacobian, drifts: ORDERS.map(vector), losses: [...list.subarray(from)] };
  };
}

/** The rate at time 0. @throws E_INVALID outside its bounds */
function rateAt({ rate, nameOf }: SgdModel, theta: Float64Array): RateAt {
  const value = rate.value(0, theta);
  const gradient = new Float64Array(theta.length);
  rate.gradient(0, theta, gradient);
  const timeDerivative = rate.timeDerivative(0, theta);
  if (value >= rate.lower && value <= rate.upper && [timeDerivative, ...gradient].every(Number.isFinite)) {
    return { value, timeDerivative, gradient };
  }
  const where = `${nameOf(theta)}, t = 0`;
  throw new HjbLrError(
    'E_INVALID',
    `The rate is ${value} at ${where}; its bounds are [${rate.lower}, ${rate.upper}].`,
    {
      remedy: 'Write rate.value so that it stays within rate.bounds and is differentiable, or widen the bounds.',
      fields: { where, rate: value },
    },
  );
}

function withEffectiveLoss(model: SgdModel, point: SdePoint): SdePoint {
  return { ...point, effective_loss: effectiveLoss(model, model.pointOf(point.at)) };
}

function warningsOf(model: SgdModel, points: readonly SdePoint[]): string[] {
  const { ascent, loss, law, faults } = model;
  const warnings: string[] = [];
  const atoms = hasAtomsAlone(law);
  const kinks = loss.switchCount > 0 && !atoms;
  const kink = kinks ? points.find(({ at }) => faults.jumpsBetweenSamples(model.pointOf(at))) : undefined;
  if (kink !== undefined) {
    warnings.push(
      `The loss has kinks between the data at ${model.nameOf(model.pointOf(kink.at))}: a set of probability 0, which no expectation sees.`,
    );
  }
  if (ascent.jumps && atoms) {
    warnings.push(
      'The data are single points and the attack follows a sign or a normalised gradient: the mean field jumps where grad_x l of a point changes sign, and the weak order may drop there.',
    );
  }
  return warnings;
}
