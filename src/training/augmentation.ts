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
    const first = i * size;
    forEachNumber(inputShape, move, (there, here) => {
      moved[first + here] = images[first + there];
    });
  });
  return moved;
}

/** What a moved image shows, back at its places in the old one, whose other pixels stay as they are. */
export function moveBack(moved: Float32Array, image: Float32Array, inputShape: readonly number[], move: Move): void {
  forEachNumber(inputShape, move, (there, here) => {
    image[there] = moved[here];
  });
}

/** Of every number of a pixel that comes from inside, its places: there in the old image, here in the new one. */
function forEachNumber(
  [height, width, channels]: readonly number[],
  { down, right, mirrored }: Move,
  visit: (there: number, here: number) => void,
): void {
  const [firstRow, endRow] = [Math.max(0, -down), Math.min(height, height - down)];
  for (let row = firstRow; row < endRow; row += 1) {
    for (let column = 0; column < width; column += 1) {
      const across = (mirrored ? width - 1 - column : column) + right;
      if (across < 0 || across >= width) continue;
      const there = ((row + down) * width + across) * channels;
      const here = (row * width + column) * channels;
      for (let c = 0; c < channels; c += 1) visit(there + c, here + c);
    }
  }
}
