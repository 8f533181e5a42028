import type { Component, RandomStart, SampleLaw } from '../law/law.js';
import type { GaussRule } from './gauss.js';

/** Samples and their weights, which add up to 1: an expectation is the weighted sum over them. */
export interface NodeSet {
  readonly count: number;
  /** [count, dimension], row-major. */
  readonly samples: Float64Array;
  readonly weights: Float64Array;
}

/** Node sets that grow. */
export interface NodeList {
  add(sample: ArrayLike<number>, weight: number): void;
  nodes(): NodeSet;
}

export function nodeList(dimension: number): NodeList {
  const [samples, weights]: [number[], number[]] = [[], []];
  return {
    add(sample, weight) {
      for (let j = 0; j < dimension; j += 1) samples.push(sample[j]);
      weights.push(weight);
    },
    nodes: () => ({
      count: weights.length,
      samples: Float64Array.from(samples),
      weights: Float64Array.from(weights),
    }),
  };
}

/** Visits a node set; the visitor gets one sample array again and again. */
export function forEachNode(
  { count, samples, weights }: NodeSet,
  visit: (sample: Float64Array, weight: number) => void,
): void {
  const dimension = samples.length / count;
  const sample = new Float64Array(dimension);
  for (let i = 0; i < count; i += 1) {
    for (let j = 0; j < dimension; j += 1) sample[j] = samples[i * dimension + j];
    visit(sample, weights[i]);
  }
}

/** The sample at coordinates (standard normals of a component, then uniforms on [-1, 1] of the random start). */
export function placeSample(
  { mean, root }: Pick<Component, 'mean' | 'root'>,
  start: RandomStart | null,
  coordinates: ArrayLike<number>,
  sample: Float64Array,
): void {
  const [d, r] = [mean.length, root.length];
  for (let j = 0; j < d; j += 1) {
    let value = mean[j];
    for (let k = 0; k < r; k += 1) value += root[k][j] * coordinates[k];
    sample[j] = value;
  }
  if (start === null) return;
  for (let j = 0; j < start.size; j += 1) sample[d + j] = start.eps * coordinates[r + j];
}

/** Continuous coordinates of a component's samples. */
export function coordinateCount({ start }: SampleLaw, { root }: Component): number {
  return root.length + (start?.size ?? 0);
}

/** Visits the tensor product of rules; the visitor gets one array of coordinates again and again. */
export function forEachProduct(
  rules: readonly GaussRule[],
  visit: (coordinates: Float64Array, weight: number) => void,
): void {
  const coordinates = new Float64Array(rules.length);
  const along = (axis: number, weight: number): void => {
    if (axis === rules.length) return visit(coordinates, weight);
    const { nodes, weights } = rules[axis];
    for (let i = 0; i < nodes.length; i += 1) {
      coordinates[axis] = nodes[i];
      along(axis + 1, weight * weights[i]);
    }
  };
  along(0, 1);
}
