import { readBytes } from '../../formats/bytes.js';
import { parseIdx } from '../../formats/idx.js';
import { shapeError } from '../../formats/problem.js';
import { position, type RawTable } from './table.js';

/**
 * An IDX pair (MNIST's format, gzip or not): unsigned bytes, images [n, height, width] and labels [n].
 *
 * @throws E_NOT_FOUND if a file cannot be read; E_DATA if it is not such a file or is cut off; E_SHAPE if the counts
 *   differ
 */
export async function readIdxPair(imagesFile: string, labelsFile: string): Promise<RawTable> {
  const images = parseIdx(await readBytes(imagesFile), imagesFile, 3);
  return paired({ ...images, file: imagesFile }, labelsFile);
}

/**
 * Sums of unsigned bytes in two planes, [2, n, height, width]: the high bytes of all numbers, then the low bytes; with labels [n].
 *
 * @throws as `readIdxPair`
 */
export async function readIdxSums(sumsFile: string, labelsFile: string): Promise<RawTable> {
  const { shape, values } = parseIdx(await readBytes(sumsFile), sumsFile, 4);
  const count = values.length / 2;
  const sums = Uint16Array.from({ length: count }, (_, i) => 256 * values[i] + values[count + i]);
  return paired({ shape: shape.slice(1), values: sums, file: sumsFile }, labelsFile);
}

interface Images {
  readonly file: string;
  readonly shape: readonly number[];
  readonly values: ArrayLike<number>;
}

async function paired({ file: imagesFile, ...images }: Images, labelsFile: string): Promise<RawTable> {
  const labels = parseIdx(await readBytes(labelsFile), labelsFile, 1);
  if (images.shape[0] !== labels.shape[0]) {
    const reason = `${images.shape[0]} images, but ${labels.shape[0]} labels in ${labelsFile}`;
    throw shapeError(imagesFile, reason, 'Give images and labels of one set.');
  }
  const [, height, width] = images.shape;
  return {
    file: imagesFile,
    inputShape: [height, width, 1],
    inputs: images.values,
    labels: labels.values,
    inputPlace: (row, index) => `image ${row}, pixel [${position(index, [height, width]).join(', ')}]`,
    labelPlace: (row) => `${labelsFile}, label ${row}`,
  };
}
