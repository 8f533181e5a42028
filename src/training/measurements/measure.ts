import type { LogMeasurement, MeasurementSpec, StartVector } from '../../artifacts/experiment/measurements.js';
import { norm } from '../../math/vectors.js';
import type { Network } from '../../networks/network.js';
import type { Attack, LabelledInputs, Workload } from '../../workloads/workload.js';
import { logNumber } from '../log-number.js';
import { lossOf } from '../minibatch.js';
import { frozenLoss, type BatchLoss, type Meter, type WeightLoss } from './batch-loss.js';
import { gradientMoments } from '../../measurements/estimators/gradient-moments.js';
import { hessianVectorProduct, rayleighQuotient } from '../../measurements/estimators/hessian-vector-product.js';
import { lanczosSpectrum } from '../../measurements/estimators/lanczos-spectrum.js';
import { sampler, type Sampler } from './sample.js';
import { stepCurvature } from '../../measurements/estimators/step-curvature.js';

/** What the loop has at hand before it takes a step. */
export interface MeasurementPoint {
  /** Updates done. */
  readonly update: number;
  /** Where the gradient was taken, theta. */
  readonly weights: Float32Array;
  /** The update's minibatch at its perturbed points. */
  readonly perturbed: LabelledInputs;
  /** Its gradient g, before the clip. */
  readonly gradient: Float32Array;
  /** The attack in force; null: clean inputs. */
  readonly attack: Attack | null;
  /** Rate times the clip's factor: the step of plain SGD is this times g. */
  readonly rate: number;
}

interface Setting {
  readonly point: MeasurementPoint;
  readonly network: Network;
  readonly workload: Workload;
  readonly batchSize: number;
  readonly samples: Sampler;
  readonly meter: Meter;
}

/** The columns of a row beside those that every measurement has. */
type Columns = LogMeasurement extends infer Row ? (Row extends unknown ? Omit<Row, keyof Shared> : never) : never;
type Shared = Pick<LogMeasurement, 'type' | 'update' | 'grad_evals'>;

/** Whether a measurement is due before the update of this number. */
export function isDue({ every }: MeasurementSpec, update: number): boolean {
  return update % every === 0;
}

/**
 * One measurement before an update, and what it cost. The network is left with other weights loaded.
 * @param seed - of the run: examples, attack noise and vectors come from streams of their own
 */
export function measure(
  spec: MeasurementSpec,
  point: MeasurementPoint,
  options: { network: Network; workload: Workload; seed: number },
): LogMeasurement {
  const { network, workload, seed } = options;
  const batchSize = point.perturbed.labels.length;
  const meter: Meter = { passes: 0 };
  const { update, attack } = point;
  const samples = sampler(network, workload, { seed, name: spec.type, update, attack, meter });
  const columns = columnsOf(spec, { point, network, workload, batchSize, samples, meter });
  const grad_evals = Math.ceil(meter.passes / batchSize);
  return { type: 'measurement', update, grad_evals, ...columns };
}

function columnsOf(spec: MeasurementSpec, setting: Setting): Columns {
  switch (spec.type) {
    case 'gradient_inner_product':
      return innerProduct(setting);
    case 'noise_trace':
      return noiseTrace(setting, spec.minibatches);
    case 'step_curvature':
      return curvature(setting, spec.perturbation);
    case 'batch_sharpness':
      return sharpness(setting);
    case 'hessian_vector_product':
      return products(setting, spec);
    case 'lanczos_spectrum':
      return spectra(setting, spec);
  }
}

function innerProduct({ point: { weights }, batchSize, samples }: Setting): Columns {
  const half = Math.max(1, Math.floor(batchSize / 2));
  const { squaredMean, noiseTrace } = gradientMoments([1, 2].map(() => samples.draw(half).gradient(weights)));
  return {
    measurement: 'gradient_inner_product',
    inner_product: logNumber(squaredMean),
    noise_trace: logNumber((noiseTrace * half) / batchSize),
  };
}

function noiseTrace({ point: { weights }, batchSize, samples }: Setting, minibatches: number): Columns {
  const gradients = Array.from({ length: minibatches }, () => samples.draw(batchSize).gradient(weights));
  const moments = gradientMoments(gradients);
  return {
    measurement: 'noise_trace',
    noise_trace: logNumber(moments.noiseTrace),
    squared_gradient: logNumber(moments.squaredMean),
    ...(minibatches < 4 ? {} : { noise_along_gradient: logNumber(moments.noiseAlongMean) }),
  };
}

function curvature({ point, batchSize, samples }: Setting, perturbation: 'frozen' | 're_attacked'): Columns {
  const { weights, gradient, rate } = point;
  const drawn = samples.draw(batchSize);
  const step = Float64Array.from(gradient, (g) => rate * g);
  const along = stepCurvature(perturbation === 'frozen' ? drawn.frozenAt(weights) : drawn, weights, step);
  return {
    measurement: 'step_curvature',
    step_length: logNumber(norm(step)),
    loss: logNumber(along.loss),
    slope: logNumber(along.slope),
    curvature: logNumber(along.curvature),
  };
}

function sharpness({ point, network, workload, meter }: Setting): Columns {
  const { weights, gradient, perturbed } = point;
  const product = hessianVectorProduct(frozenLoss(network, lossOf(workload), [perturbed], meter), weights, gradient);
  return { measurement: 'batch_sharpness', sharpness: logNumber(rayleighQuotient(gradient, product)) };
}

type SampleSpec = Extract<MeasurementSpec, { type: 'hessian_vector_product' | 'lanczos_spectrum' }>;

/** The examples of a sample Hessian, attacked once, and the vectors that it is applied to. */
function sampleHessian(setting: Setting, spec: SampleSpec) {
  const { point, batchSize, samples } = setting;
  const count = spec.examples ?? Math.max(128, 4 * batchSize);
  const reAttacked = samples.draw(count);
  const frozen = reAttacked.frozenAt(point.weights);
  const vectorOf = startVectors(setting, reAttacked, frozen);
  return { count, reAttacked, frozen, vectors: spec.vectors.map((vector) => ({ vector, start: vectorOf(vector) })) };
}

/** Each is computed, and paid for, where it is asked for; the gradient once. */
function startVectors(setting: Setting, { count }: BatchLoss, frozen: WeightLoss): (name: StartVector) => Float64Array {
  const { point, batchSize, samples, network } = setting;
  let sampleGradient: Float64Array | null = null;
  const gradient = (): Float64Array => (sampleGradient ??= frozen.gradient(point.weights));
  return (name) => {
    switch (name) {
      case 'gradient':
        return gradient();
      case 'noise': {
        // Cov(h_B - h_n) = Sigma (1/B + 1/n): scaled so that the mean square is tr S = tr Sigma / B.
        const [scale, mean] = [Math.sqrt(count / (count + batchSize)), gradient()];
        return samples
          .draw(batchSize)
          .gradient(point.weights)
          .map((value, i) => scale * (value - mean[i]));
      }
      case 'random':
        return Float64Array.from({ length: network.parameters }, () => samples.stream.normal());
    }
  };
}

function products(setting: Setting, spec: SampleSpec): Columns {
  const { weights } = setting.point;
  const { count, vectors, frozen, reAttacked } = sampleHessian(setting, spec);
  const quotient = (loss: WeightLoss, v: Float64Array) =>
    logNumber(rayleighQuotient(v, hessianVectorProduct(loss, weights, v)));
  return {
    measurement: 'hessian_vector_product',
    examples: count,
    products: vectors.map(({ vector, start }) => ({
      vector,
      norm: logNumber(norm(start)),
      frozen: quotient(frozen, start),
      re_attacked: quotient(reAttacked, start),
    })),
  };
}

function spectra(setting: Setting, spec: Extract<SampleSpec, { type: 'lanczos_spectrum' }>): Columns {
  const { count, vectors, frozen } = sampleHessian(setting, spec);
  return {
    measurement: 'lanczos_spectrum',
    examples: count,
    spectra: vectors.map(({ vector, start }) => {
      const spectrum = lanczosSpectrum(frozen, setting.point.weights, start, spec.steps);
      const [values, weights] = [spectrum.values.map(logNumber), spectrum.weights.map(logNumber)];
      return { vector, norm: logNumber(spectrum.norm), values, weights };
    }),
  };
}
