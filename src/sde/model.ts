import type { SgdModelFile } from '../artifacts/sgd-model/sgd-model.js';
import { createAscent, type Ascent } from './attack/ascent.js';
import { compileDoor } from './door.js';
import { drift, type DriftOrder, type RateAt } from './drift.js';
import { createExpectation, type ExpectationMethod } from './expectation/expectation.js';
import { createFaults, type Faults } from './faults.js';
import { createFields, type Fields, type JacobianMethod } from './fields.js';
import { hasAtomsAlone, type SampleLaw } from './law/law.js';
import { lawOf } from './law/data.js';
import { createSampler, type Sampler } from './law/sampler.js';
import type { CompiledLoss } from './loss.js';
import { createMoments } from './moments.js';
import type { CompiledRate } from './rate.js';

type Vector = ArrayLike<number>;

/**
 * A model of adversarial SGD, theta' = theta - eta u (1/B) sum_i h(theta, z_i), compiled to plain functions. Vectors of
 * weights have the length and order of `weights`; matrices are row-major; times are in units in which an update takes eta.
 */
export interface SgdModel {
  readonly file: SgdModelFile;
  readonly weights: readonly string[];
  readonly eta: number;
  readonly batchSize: number;
  readonly horizon: number;
  readonly start: Float64Array;

  /** hbar = E h. @throws E_INVALID or E_NOT_CONVERGED naming the point */
  meanField(theta: Vector, out: Float64Array): void;
  /** S = Cov(h) / B, [n, n]. */
  covariance(theta: Vector, out: Float64Array): void;
  /** Both from the same nodes. */
  meanFieldAndCovariance(theta: Vector, hbar: Float64Array, S: Float64Array): void;
  /** D hbar, [n, n]: d hbar_i / d theta_j. */
  meanFieldJacobian(theta: Vector, out: Float64Array): void;
  /** E l(theta, x + delta^K). */
  adversarialLoss(theta: Vector): number;
  /** E l(theta, x). */
  cleanLoss(theta: Vector): number;
  /** Drift of the SDE at the rate of the model: `drift` says which. */
  drift(order: DriftOrder, t: number, theta: Vector, out: Float64Array): void;
  /** The rate u(t, theta) and its derivatives. */
  readonly rate: CompiledRate;

  /** Length of a sample: inputs, label, and the random start where there is one. */
  readonly sampleSize: number;
  /** h(theta, z), the direction of one adversarial update on one sample; it allocates nothing. */
  updateDirection(theta: Vector, sample: Vector, out: Float64Array): void;
  /** Independent samples; the same seed and name give the same ones. */
  sampler(seed: number, name: string): Sampler;

  /** How expectations are found, or tried first; and how D hbar is. */
  readonly method: ExpectationMethod;
  jacobianMethod(theta: Vector): JacobianMethod;
  /** The same fields with their errors. */
  readonly fields: Fields;
  /** Looks for what makes a point bad. */
  readonly faults: Faults;
  readonly loss: CompiledLoss;
  readonly ascent: Ascent;
  readonly law: SampleLaw;
  /** "theta = 0.6" */
  nameOf(theta: Vector): string;
  /** The weights of a point of the file, in their order. */
  pointOf(point: Readonly<Record<string, number>>): Float64Array;
}

export interface SgdModelOptions {
  /** Where a relative path of a data file starts; here by default. */
  readonly folder?: string;
  /** Seed of the samples where expectations are by Monte Carlo; 0 by default. */
  readonly seed?: number;
  /** How many of these; 65,536 by default. */
  readonly samples?: number;
}

const SAMPLES = 65_536;

/**
 * Compiles a model of adversarial SGD: loss, attack, data and rate.
 *
 * @param file - as `readArtifact('sgd_model', path)` gives it, every default filled in
 * @throws E_EXPRESSION with every expression that is not legal; what reading a data file throws
 *
 * @example
 * const model = await compileSgdModel(await readArtifact('sgd_model', 'location.json'));
 * const hbar = new Float64Array(1);
 * model.meanField([0.6], hbar); // hbar[0] = (1 + c_K) (0.6 - 0.2) = 0.583529
 */
export async function compileSgdModel(file: SgdModelFile, options: SgdModelOptions = {}): Promise<SgdModel> {
  const { folder = '.', seed = 0, samples = SAMPLES } = options;
  const { loss, rate } = await compileDoor(file);
  const law = await lawOf(file, folder);
  const ascent = createAscent(loss, file.attack, file.label !== null);
  return assembled(file, { loss, rate, law, ascent }, { seed, samples });
}

interface Parts {
  readonly loss: CompiledLoss;
  readonly rate: CompiledRate;
  readonly law: SampleLaw;
  readonly ascent: Ascent;
}

function assembled(file: SgdModelFile, parts: Parts, monteCarlo: { seed: number; samples: number }): SgdModel {
  const { loss, rate, law, ascent } = parts;
  const { weights, eta, batch_size: batchSize, horizon } = file;
  const n = weights.length;
  const nameOf = named(weights);
  const moments = createMoments(loss, ascent, law.data);
  const jumps = ascent.jumps || loss.switchCount > 0;
  const smooth = !jumps && file.attack.type !== 'projected_ascent';
  const pieces = (theta: Vector) => piecesOf(parts, theta);
  const expectation = createExpectation(law, { ...monteCarlo, smooth, pieces });
  const sampleName = named([...file.inputs, ...(file.label === null ? [] : [file.label])]);
  const faults = createFaults({ loss, ascent, law, nameOf, sampleName });
  const faultAt = faults.notFinite;
  const byDifferences = jumps && !hasAtomsAlone(law);
  const jacobianMethod = (theta: Vector): JacobianMethod =>
    byDifferences || faults.touchesBorder(theta) ? 'differences' : 'pathwise';
  const fields = createFields({ moments, expectation, weights: n, batchSize, jacobianMethod, nameOf, faultAt });

  const rateAt = (t: number, theta: Vector): RateAt => {
    const gradient = new Float64Array(n);
    rate.gradient(t, theta, gradient);
    return { value: rate.value(t, theta), timeDerivative: rate.timeDerivative(t, theta), gradient };
  };
  const pointOf: SgdModel['pointOf'] = (point) => Float64Array.from(weights, (name) => point[name]);
  const meanFieldAndCovariance: SgdModel['meanFieldAndCovariance'] = (theta, hbar, S) => {
    const { values } = fields.meanFieldAndCovariance(theta);
    hbar.set(values.subarray(0, n));
    S.set(values.subarray(n));
  };
  return {
    file,
    weights,
    eta,
    batchSize,
    horizon,
    start: pointOf(file.start),
    meanField: (theta, out) => out.set(fields.meanField(theta).values),
    covariance: (theta, out) => meanFieldAndCovariance(theta, new Float64Array(n), out),
    meanFieldAndCovariance,
    meanFieldJacobian: (theta, out) => out.set(fields.jacobian(theta).values),
    adversarialLoss: (theta) => fields.adversarialLoss(theta).values[0],
    cleanLoss: (theta) => fields.cleanLoss(theta).values[0],
    drift(order, t, theta, out) {
      const jacobian = order === 'first' ? new Float64Array(n * n) : fields.jacobian(theta).values;
      drift(order, { meanField: fields.meanField(theta).values, jacobian }, rateAt(t, theta), eta, out);
    },
    rate,
    sampleSize: law.dimension,
    updateDirection: moments.direction,
    sampler: (seed, name) => createSampler(law, seed, name),
    method: expectation.method,
    jacobianMethod,
    fields,
    faults,
    loss,
    ascent,
    law,
    nameOf,
    pointOf,
  };
}

/** Switches are the components of grad_x l, where the attack jumps there, and those of the loss. */
function piecesOf({ loss, ascent }: Parts, theta: Vector) {
  const fromGradient = ascent.steps > 0 ? loss.inputs : 0;
  const gradient = new Float64Array(loss.inputs);
  const switches = new Float64Array(loss.switchCount);
  return {
    piece: (sample: Float64Array): number => ascent.piece(theta, sample),
    switchCount: fromGradient + loss.switchCount,
    switches(sample: Float64Array, out: Float64Array): void {
      if (fromGradient > 0) {
        loss.inputGradient(theta, sample, gradient);
        out.set(gradient);
      }
      loss.switches(theta, sample, switches);
      out.set(switches, fromGradient);
    },
  };
}

function named(names: readonly string[]): (values: Vector) => string {
  return (values) => names.map((name, i) => `${name} = ${Number(values[i].toPrecision(6))}`).join(', ');
}
