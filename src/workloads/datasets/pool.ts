import { checkInputs, classLabels } from './check.js';
import { shapeError } from '../../formats/problem.js';
import type { RawTable, Table } from './table.js';

/** How raw inputs become inputs in [0, 1]. */
export interface Preparation {
  /** Raw values are divided by this. */
  readonly scale: number;
  /** Side of the square of pixels that is averaged into one; 1 leaves the shape as it is. */
  readonly pool: number;
}

/**
 * Checks a table, then pools and scales it.
 *
 * @throws E_DATA, E_SHAPE as `checkInputs`, `classLabels` and `pooledMeans` do
 */
export function prepare(table: RawTable, { scale, pool }: Preparation): Table {
  checkInputs(table, scale);
  const { labels, classes } = classLabels(table);
  const { file, inputShape } = table;
  if (pool === 1) return { file, inputShape, inputs: divided(table.inputs, scale), labels, classes };
  return { file, labels, classes, ...pooledMeans(table, { scale, pool }) };
}

function divided(values: ArrayLike<number>, scale: number): Float32Array {
  const inputs = new Float32Array(values.length);
  for (let i = 0; i < values.length; i += 1) inputs[i] = values[i] / scale;
  return inputs;
}

/**
 * Means over squares of single-channel images [height, width, 1]:
 *
 *     x[r, c] = sum of raw[p r + i, p c + j] over i, j in 0..p-1, divided by p^2 scale
 *
 * summed in double precision and rounded once, so that the mean of values in [0, scale] never leaves [0, 1].
 *
 * @throws E_SHAPE if `pool` does not divide both sides
 */
export function pooledMeans(
  { file, inputShape, inputs: raw }: RawTable,
  { scale, pool }: Preparation,
): Pick<Table, 'inputShape' | 'inputs'> {
  const [height, width] = inputShape;
  if (height % pool !== 0 || width % pool !== 0) {
    const remedy = `Choose a common divisor of ${height} and ${width}.`;
    throw shapeError(file, `pool ${pool} does not divide images of ${height} x ${width}`, remedy);
  }
  const columns = width / pool;
  const inputs = new Float32Array(raw.length / (pool * pool));
  const divisor = pool * pool * scale;
  for (let target = 0; target < inputs.length; target += 1) {
    const row = Math.floor(target / columns);
    const first = row * pool * width + (target - row * columns) * pool;
    let sum = 0;
    for (let i = 0; i < pool; i += 1) {
      for (let j = 0; j < pool; j += 1) sum += raw[first + i * width + j];
    }
    inputs[target] = sum / divisor;
  }
  return { inputShape: [height / pool, columns, 1], inputs };
}
