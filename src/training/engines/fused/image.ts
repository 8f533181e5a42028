import type { Arena } from './arena.js';
import type { FusedExports } from './module.js';

/** Zeros around an image. */
export interface Border {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

export const NO_BORDER: Border = { top: 0, bottom: 0, left: 0, right: 0 };

/** The smallest border that holds both. */
export function widerBorder(a: Border, b: Border): Border {
  const max = Math.max;
  return {
    top: max(a.top, b.top),
    bottom: max(a.bottom, b.bottom),
    left: max(a.left, b.left),
    right: max(a.right, b.right),
  };
}

/** [height, width, channels]; values that are no image are [1, 1, values]. */
export type Shape = readonly [number, number, number];

/** How images of a shape lie in memory, one example after the other, each with its border; strides in bytes. */
export class ImageLayout {
  readonly pixelBytes: number;
  readonly rowBytes: number;
  readonly exampleBytes: number;
  /** Whether there is nothing between the rows, nor between the images. */
  readonly isDense: boolean;

  constructor(
    readonly shape: Shape,
    private readonly border: Border,
  ) {
    const [height, width, channels] = shape;
    this.pixelBytes = 4 * channels;
    this.rowBytes = (width + border.left + border.right) * this.pixelBytes;
    this.exampleBytes = (height + border.top + border.bottom) * this.rowBytes;
    this.isDense = this.exampleBytes === height * width * this.pixelBytes;
  }

  /** Offset of a pixel in its example; the border has negative coordinates, and those from height and width on. */
  offset(y: number, x: number): number {
    return (y + this.border.top) * this.rowBytes + (x + this.border.left) * this.pixelBytes;
  }

  /** Offsets of the pixels (y, x) of each of several examples. */
  offsets(examples: number, pixels: readonly (readonly [number, number])[]): number[] {
    const own = pixels.map(([y, x]) => this.offset(y, x));
    return Array.from({ length: examples }, (_, example) =>
      own.map((offset) => offset + example * this.exampleBytes),
    ).flat();
  }
}

/** Images of which there are all of a batch, or only those of the block of examples in hand. */
interface Images {
  readonly place: number;
  readonly isKept: boolean;
}

/** The values between two steps of a network, and the gradients of the loss in them. */
export class Activation {
  constructor(
    readonly layout: ImageLayout,
    /** Whether max(., 0) was taken: the gradient is 0 where a value is not positive. */
    readonly isRelu: boolean,
    private readonly valuesAt: Images,
    private readonly gradientsAt: Images,
  ) {}

  /** Place of the values of an example, the first of its block. */
  values(first: number): number {
    return this.at(this.valuesAt, first);
  }

  /** Place of the gradients of an example, the first of its block. */
  gradients(first: number): number {
    return this.at(this.gradientsAt, first);
  }

  placed(of: 'values' | 'gradients', first: number): PlacedImages {
    return { place: this[of](first), layout: this.layout };
  }

  /** What a gradient that is computed here is masked by, or 0. */
  mask(first: number): number {
    return this.isRelu ? this.values(first) : 0;
  }

  private at({ place, isKept }: Images, first: number): number {
    return isKept ? place + first * this.layout.exampleBytes : place;
  }
}

/** Room for the values and the gradients of so many examples: all that there are at most, or those of a block. */
export function placeActivation(
  arena: Arena,
  layout: ImageLayout,
  isRelu: boolean,
  room: { readonly values: number; readonly gradients: number; readonly capacity: number },
): Activation {
  const place = (examples: number): Images => ({
    place: placeImages(arena, layout, examples),
    isKept: examples === room.capacity,
  });
  return new Activation(layout, isRelu, place(room.values), place(room.gradients));
}

/** Room for the images of `examples` examples. */
export function placeImages(arena: Arena, layout: ImageLayout, examples: number): number {
  return arena.numbers((examples * layout.exampleBytes) / 4);
}

/** Images at a place. */
export interface PlacedImages {
  readonly place: number;
  readonly layout: ImageLayout;
}

/** (x - mean) / standard_deviation. */
export interface Normalization {
  readonly mean: number;
  readonly standard_deviation: number;
}

export const AS_IT_IS: Normalization = { mean: 0, standard_deviation: 1 };

/** Normalised copies of images in another layout; nothing where they are there already. */
export function copyImages(
  run: FusedExports,
  from: PlacedImages,
  to: PlacedImages,
  examples: number,
  { mean, standard_deviation }: Normalization = AS_IT_IS,
): void {
  if (from.place === to.place) return;
  const [height, width, channels] = from.layout.shape;
  const source = [from.place + from.layout.offset(0, 0), from.layout.rowBytes, from.layout.exampleBytes] as const;
  const target = [to.place + to.layout.offset(0, 0), to.layout.rowBytes, to.layout.exampleBytes] as const;
  run.transfer(...source, ...target, examples, height, width * channels, mean, standard_deviation);
}
