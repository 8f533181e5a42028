import type { HjbLrError } from '../errors.js';
import type { Ascent } from './attack/ascent.js';
import type { NodeSet } from './expectation/nodes.js';
import { ascentDiverges, notDifferentiable, notFinite } from './failures.js';
import { hasAtomsAlone, type SampleLaw } from './law/law.js';
import { createSampler } from './law/sampler.js';
import type { CompiledLoss } from './loss.js';

const abs = Math.abs;
const max = Math.max;

/** Looks at single samples for what makes a point of a model bad. */
export interface Faults {
  /** The error for numbers that are not finite, with the first sample at fault. */
  notFinite(theta: ArrayLike<number>, nodes: NodeSet): HjbLrError;
  /**
   * @throws E_INVALID where the loss is not differentiable at samples of positive probability, or where the ascent of the
   * attack diverges, naming point and sample
   */
  check(theta: ArrayLike<number>): void;
  /** Whether an atom lies where the loss passes from one piece to another: its second derivative is not to be had there. */
  touchesBorder(theta: ArrayLike<number>): boolean;
  /** Whether derivatives of the loss jump between samples of a law without atoms: on a set of probability 0. */
  jumpsBetweenSamples(theta: ArrayLike<number>): boolean;
}

export interface FaultsInput {
  readonly loss: CompiledLoss;
  readonly ascent: Ascent;
  readonly law: SampleLaw;
  readonly nameOf: (theta: ArrayLike<number>) => string;
  readonly sampleName: (sample: ArrayLike<number>) => string;
}

/** Samples that stand for a law without atoms. */
const LOOKED_AT = 2000;
/** Share of the samples that may overshoot: far out in the tails of the data a few may. */
const FEW = 0.01;
/** A perturbation this many times longer than its input has gone to nowhere. */
const NOWHERE = 1e9;
/** Steps to either side, relative to 1 + |value|: across a kink a derivative changes as much over the short one. */
const ASIDE = 1e-4;
const CLOSE = 1e-6;
const AS_MUCH = 0.3;
/** A change of a derivative, relative to its size, that is rounding. */
const NO_CHANGE = 1e-12;

export function createFaults({ loss, ascent, law, nameOf, sampleName }: FaultsInput): Faults {
  const perturbed = new Float64Array(law.data);
  const switches = new Float64Array(loss.switchCount);
  const gradients = (theta: ArrayLike<number>, z: ArrayLike<number>): Float64Array => {
    const [weights, inputs] = [new Float64Array(loss.weights), new Float64Array(loss.inputs)];
    loss.weightGradient(theta, z, weights);
    loss.inputGradient(theta, z, inputs);
    return Float64Array.of(...weights, ...inputs);
  };
  const onBorder = (theta: ArrayLike<number>, z: Float64Array): boolean => {
    loss.switches(theta, z, switches);
    return switches.some((value) => value === 0);
  };
  const isKink = (theta: ArrayLike<number>, z: Float64Array): boolean =>
    onBorder(theta, z) && jumpsAround(gradients, theta, z, loss.inputs);
  const goesNowhere = (sample: ArrayLike<number>): boolean =>
    perturbed.some((value, j) => !(abs(value - sample[j]) <= NOWHERE * (1 + abs(sample[j]))));

  return {
    notFinite(theta, { count, samples }) {
      const h = new Float64Array(loss.weights);
      const dimension = samples.length / count;
      let worst = { size: -1, sample: samples.subarray(0, dimension) };
      for (let i = 0; i < count && worst.size < Infinity; i += 1) {
        const sample = samples.subarray(i * dimension, (i + 1) * dimension);
        ascent.perturb(theta, sample, perturbed);
        loss.weightGradient(theta, perturbed, h);
        const size = h.every(Number.isFinite) ? largest(h) : Infinity;
        if (size > worst.size) worst = { size, sample };
      }
      const { sample } = worst;
      ascent.perturb(theta, sample, perturbed);
      return (goesNowhere(sample) ? ascentDiverges : notFinite)(nameOf(theta), sampleName(sample));
    },
    check(theta) {
      const samples = samplesOf(law);
      let lost = 0;
      for (const sample of samples) {
        ascent.perturb(theta, sample, perturbed);
        for (const z of [sample.subarray(0, law.data), perturbed]) {
          if (isKink(theta, z)) throw notDifferentiable(nameOf(theta), sampleName(z));
        }
        if (goesNowhere(sample) || ascent.overshoots(theta, sample)) lost += 1;
        if (lost > FEW * samples.length) throw ascentDiverges(nameOf(theta), sampleName(sample));
      }
    },
    touchesBorder(theta) {
      if (loss.switchCount === 0 || !hasAtomsAlone(law)) return false;
      return law.components.some(({ mean }) => {
        ascent.perturb(theta, mean, perturbed);
        return onBorder(theta, mean) || onBorder(theta, perturbed);
      });
    },
    jumpsBetweenSamples(theta) {
      const [first, ...others] = samplesOf(law);
      return others.slice(0, 64).some((other) => {
        const z = borderBetween(loss, theta, first.subarray(0, law.data), other.subarray(0, law.data), switches);
        return z !== null && jumpsAround(gradients, theta, z, loss.inputs);
      });
    },
  };
}

/** Every atom, or independent samples. */
function samplesOf(law: SampleLaw): Float64Array[] {
  if (hasAtomsAlone(law)) return law.components.map(({ mean }) => mean);
  const sampler = createSampler(law, 0, 'sde/faults');
  return Array.from({ length: LOOKED_AT }, () => {
    const sample = new Float64Array(law.dimension);
    sampler.draw(sample);
    return sample;
  });
}

/** Whether the gradient of the loss is another on one side of a place than on the other, along an input or a weight. */
function jumpsAround(
  gradients: (theta: ArrayLike<number>, z: ArrayLike<number>) => Float64Array,
  theta: ArrayLike<number>,
  z: Float64Array,
  inputs: number,
): boolean {
  const moved = (values: ArrayLike<number>, k: number, step: number): Float64Array => {
    const copy = Float64Array.from(values);
    copy[k] += step * (1 + abs(copy[k]));
    return copy;
  };
  const isKink = (gradientAt: (step: number) => Float64Array): boolean => {
    const change = (step: number): number => {
      const below = gradientAt(-step);
      return largest(gradientAt(step).map((value, k) => value - below[k]));
    };
    const close = change(CLOSE);
    return close > NO_CHANGE * largest(gradientAt(CLOSE)) && close > AS_MUCH * change(ASIDE);
  };
  const along = (size: number, gradientAt: (k: number, step: number) => Float64Array): boolean =>
    Array.from({ length: size }, (_, k) => k).some((k) => isKink((step) => gradientAt(k, step)));
  return (
    along(inputs, (k, step) => gradients(theta, moved(z, k, step))) ||
    along(theta.length, (k, step) => gradients(moved(theta, k, step), z))
  );
}

function largest(values: Float64Array): number {
  return values.reduce((most, value) => max(most, abs(value)), 0);
}

/** A place between two samples where a switch of the loss changes sign, or null. */
function borderBetween(
  loss: CompiledLoss,
  theta: ArrayLike<number>,
  a: Float64Array,
  b: Float64Array,
  switches: Float64Array,
): Float64Array | null {
  const at = (s: number): Float64Array => a.map((value, j) => value + s * (b[j] - value));
  const signs = (s: number): string => {
    loss.switches(theta, at(s), switches);
    return switches.map(Math.sign).join();
  };
  const before = signs(0);
  if (signs(1) === before) return null;
  let [low, high] = [0, 1];
  for (let k = 0; k < 60; k += 1) {
    const middle = (low + high) / 2;
    if (signs(middle) === before) low = middle;
    else high = middle;
  }
  return at(high);
}
