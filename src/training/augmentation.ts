import type { AugmentationSpec } from '../artifacts/experiment/experiment.js';
import type { RandomStream } from '../math/random.js';
import type { LabelledInputs } from '../networks/network.js';

/**
 * A minibatch of images [height, width, channels], each shifted and perhaps mirrored: it is padded with p zeros on every
 * side, a window of its own size is cut out at one of the (2 p + 1)^2 places, and left and right are swapped with
 * probability 1/2. The stream moves by the same number of draws for every image.
 */
export function augmented(
  { inputs, labels }: LabelledInputs,
  inputShape: readonly number[],
  { crop_padding: padding, horizontal_flip: flips }: AugmentationSpec,
  stream: RandomStream,
): LabelledInputs {
  const images = new Float32Array(inputs.length);
  const size = inputs.length / labels.length;
  for (let first = 0; first < inputs.length; first += size) {
    const down = stream.integer(2 * padding + 1) - padding;
    const right = stream.integer(2 * padding + 1) - padding;
    const mirrored = stream.integer(2) === 1 && flips;
    const image = { from: inputs.subarray(first, first + size), to: images.subarray(first, first + size) };
    copyMoved(image, inputShape, { down, right, mirrored });
  }
  return { inputs: images, labels };
}

/** Pixel [r, c] of the new image is [r + down, c + right] of the old one, zero outside; c counts from the right if mirrored. */
function copyMoved(
  { from, to }: { readonly from: Float32Array; readonly to: Float32Array },
  [height, width, channels]: readonly number[],
  { down, right, mirrored }: { readonly down: number; readonly right: number; readonly mirrored: boolean },
): void {
  for (let row = 0; row < height; row += 1) {
    const source = row + down;
    if (source < 0 || source >= height) continue;
    for (let column = 0; column < width; column += 1) {
      const across = (mirrored ? width - 1 - column : column) + right;
      if (across < 0 || across >= width) continue;
      const place = (source * width + across) * channels;
      to.set(from.subarray(place, place + channels), (row * width + column) * channels);
    }
  }
}
