import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { randomStream } from '../../math/random.js';
import type { Component, SampleLaw } from '../law/law.js';
import type { Pieces } from './line.js';
import { placeSample } from './nodes.js';

/** Places at which the borders of the pieces are looked at, and the step of the differences there. */
const PROBES = 32;
const STEP = 1e-4;

/** A component with its normals turned so that the first runs across the borders of the pieces. */
export function rotated(component: Component, law: SampleLaw, pieces: Pieces): Component {
  const r = component.root.length;
  if (r < 2) return component;
  const across = direction(component, law, pieces);
  return { ...component, root: reflectedRoot(component.root, across) };
}

/** The direction that the normals of the borders, gradients of the switches, have in common: top of their mean square. */
function direction(component: Component, { dimension, start }: SampleLaw, pieces: Pieces): number[] {
  const r = component.root.length;
  const size = r + (start?.size ?? 0);
  const stream = randomStream(0, 'sde/borders');
  const squares = Matrix.zeros(r, r);
  const sample = new Float64Array(dimension);
  const [above, below] = [new Float64Array(pieces.switchCount), new Float64Array(pieces.switchCount)];
  const at = (coordinates: Float64Array, out: Float64Array): void => {
    placeSample(component, start, coordinates, sample);
    pieces.switches(sample, out);
  };
  for (let probe = 0; probe < PROBES; probe += 1) {
    const coordinates = Float64Array.from({ length: size }, (_, k) => (k < r ? stream.normal() : 0));
    const gradients = Matrix.zeros(pieces.switchCount, r);
    for (let k = 0; k < r; k += 1) {
      const centre = coordinates[k];
      coordinates[k] = centre + STEP;
      at(coordinates, above);
      coordinates[k] = centre - STEP;
      at(coordinates, below);
      coordinates[k] = centre;
      above.forEach((value, j) => gradients.set(j, k, (value - below[j]) / (2 * STEP)));
    }
    for (let j = 0; j < pieces.switchCount; j += 1) addDirection(squares, gradients.getRow(j));
  }
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(squares, { assumeSymmetric: true });
  const top = realEigenvalues.reduce((best, value, i) => (value > realEigenvalues[best] ? i : best), 0);
  return eigenvectorMatrix.getColumn(top);
}

function addDirection(squares: Matrix, gradient: readonly number[]): void {
  const square = gradient.reduce((sum, value) => sum + value * value, 0);
  if (!(square > 0 && square < Infinity)) return;
  gradient.forEach((a, i) => gradient.forEach((b, j) => squares.set(i, j, squares.get(i, j) + (a * b) / square)));
}

/** Root times the Householder reflection that takes the first axis to the unit vector v, up to its sign. */
function reflectedRoot(root: readonly Float64Array[], v: readonly number[]): Float64Array[] {
  const w = v.map((value, k) => (k === 0 ? value + (value < 0 ? -1 : 1) : value));
  const square = w.reduce((sum, value) => sum + value * value, 0);
  const along = root[0].map((_, j) => root.reduce((sum, column, k) => sum + column[j] * w[k], 0));
  return root.map((column, k) => column.map((value, j) => value - (2 * along[j] * w[k]) / square));
}
