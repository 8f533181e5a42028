import { readArrays } from '../../formats/npz.js';
import { shapeError } from '../../formats/problem.js';
import { position, type RawTable } from './table.js';

/**
 * Two arrays of an NPZ file (numpy.savez or savez_compressed): inputs [n, columns], [n, height, width] or
 * [n, height, width, channels], and integer labels [n].
 *
 * @throws E_NOT_FOUND if the file cannot be read; E_DATA if it or an array is missing, damaged or of a wrong type;
 *   E_SHAPE if the arrays do not fit
 */
export async function readNpz(file: string, names: { inputs: string; labels: string }): Promise<RawTable> {
  const remedy = 'Name the arrays in "inputs" and "labels".';
  const arrays = await readArrays(file, [names.inputs, names.labels], remedy);
  const inputs = arrays.get(names.inputs)!;
  const labels = arrays.get(names.labels)!;
  checkShapes(file, names, inputs.shape, labels.shape);
  const shape = inputs.shape.slice(1);
  return {
    file,
    inputShape: shape.length === 2 ? [...shape, 1] : shape,
    inputs: inputs.values,
    labels: labels.values,
    inputPlace: (row, index) => `${names.inputs}[${[row, ...position(index, shape)].join(', ')}]`,
    labelPlace: (row) => `${names.labels}[${row}]`,
  };
}

function checkShapes(
  file: string,
  names: { inputs: string; labels: string },
  inputs: readonly number[],
  labels: readonly number[],
): void {
  if (inputs.length < 2 || inputs.length > 4) {
    const remedy = 'Give [n, columns], [n, height, width] or [n, height, width, channels].';
    throw shapeError(file, `"${names.inputs}" has shape (${inputs.join(', ')})`, remedy);
  }
  if (labels.length !== 1) {
    const remedy = 'Give one class for each input, shape (n,): numpy.ravel, or argmax of one-hot rows.';
    throw shapeError(file, `"${names.labels}" has shape (${labels.join(', ')})`, remedy);
  }
  if (inputs[0] !== labels[0]) {
    const reason = `${inputs[0]} inputs in "${names.inputs}", but ${labels[0]} labels in "${names.labels}"`;
    throw shapeError(file, reason, 'Give one label for each input.');
  }
}
