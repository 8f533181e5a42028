import type { AugmentationSpec } from '../artifacts/experiment/experiment.js';
import type { RandomStream } from '../math/random.js';
import type { LabelledInputs } from '../networks/network.js';

/** How one image is moved: pixel [r, c] of the new one is [r + down, c + right] of the old one, c counted from the right if mirrored. */
export interface Move {
  readonly down: number;
  readonly right: number;
  readonly mirrored: boolean;
}

/**
 * A minibatch of images [height, width, channels], each shifted and perhaps mirrored: it is padded with p zeros on every
 * side, a window of its own size is cut out at one of the (2 p + 1)^2 places, and left and right are swapped with
 * probability 1/2. The stream moves by the same number of draws for every image.
 */
export function augmented(
  { inputs, labels }: LabelledInputs,
  inputShape: readonly number[],
  options: AugmentationSpec,
  stream: RandomStream,
): LabelledInputs {
  return { inputs: movedImages(inputs, inputShape, drawMoves(labels.length, options, stream)), labels };
}

/** The moves of n images. */
export function drawMoves(
  n: number,
  { crop_padding: padding, horizontal_flip: flips }: AugmentationSpec,
  stream: RandomStream,
): Move[] {
  return Array.from({ length: n }, () => ({
    down: stream.integer(2 * padding + 1) - padding,
    right: stream.integer(2 * padding + 1) - padding,
    mirrored: stream.integer(2) === 1 && flips,
  }));
}

/** Images [n, height, width, channels], each moved, zero where a pixel comes from outside. */
export function movedImages(images: Float32Array, inputShape: readonly number[], moves: readonly Move[]): Float32Array {
  const moved = new Float32Array(images.length);
  const size = images.length / moves.length;
  moves.forEach((move, i) => {
    const [from, to] = [images, moved].map((all) => all.subarray(i * size, (i + 1) * size));
    forEachPixel(inputShape, move, (there, here, channels) => to.set(from.subarray(there, there + channels), here));
  });
  return moved;
}

/** What a moved image shows, back at its places in the old one, whose other pixels stay as they are. */
export function moveBack(moved: Float32Array, image: Float32Array, inputShape: readonly number[], move: Move): void {
  forEachPixel(inputShape, move, (there, here, channels) => image.set(moved.subarray(here, here + channels), there));
}

/** Of every pixel that comes from inside, the places of its first channel: there in the old image, here in the new one. */
function forEachPixel(
  [height, width, channels]: readonly number[],
  { down, right, mirrored }: Move,
  visit: (there: number, here: number, channels: number) => void,
): void {
  for (let row = 0; row < height; row += 1) {
    const source = row + down;
    if (source < 0 || source >= height) continue;
    for (let column = 0; column < width; column += 1) {
      const across = (mirrored ? width - 1 - column : column) + right;
      if (across < 0 || across >= width) continue;
      visit((source * width + across) * channels, (row * width + column) * channels, channels);
    }
  }
}
