import { describe, expect, test } from '@jest/globals';
import { randomStream } from '../../src/math/random.js';
import { augmented } from '../../src/training/augmentation.js';

const SHAPE = [2, 3, 2];
/** One image of 2 x 3 pixels of two channels: pixel [r, c] is (1 + 3 r + c, 10 (1 + 3 r + c)). */
const image = Float32Array.of(1, 10, 2, 20, 3, 30, 4, 40, 5, 50, 6, 60);

/** Different results of many draws, as rows of the first channel. */
function outcomes(options: { crop_padding: number; horizontal_flip: boolean }): Map<string, number> {
  const stream = randomStream(1, 'augmentation');
  const seen = new Map<string, number>();
  for (let draw = 0; draw < 1800; draw += 1) {
    const { inputs } = augmented({ inputs: image, labels: Int32Array.of(7) }, SHAPE, options, stream);
    if (inputs.some((value, i) => i % 2 === 1 && value !== 10 * inputs[i - 1])) throw new Error('channels came apart');
    const pixels = [...inputs].filter((_, i) => i % 2 === 0);
    const key = `${pixels.slice(0, 3).join(' ')} / ${pixels.slice(3).join(' ')}`;
    seen.set(key, (seen.get(key) ?? 0) + 1);
  }
  return seen;
}

describe('augmentation', () => {
  test('flip: the image or its mirror, each for half of the draws', () => {
    const seen = outcomes({ crop_padding: 0, horizontal_flip: true });
    expect([...seen.keys()].sort()).toEqual(['1 2 3 / 4 5 6', '3 2 1 / 6 5 4']);
    // 900 expected, standard deviation sqrt(1800) / 2 = 21.
    expect(Math.abs(seen.get('1 2 3 / 4 5 6')! - 900)).toBeLessThan(85);
  });

  // Padding 1: shifts by -1, 0, 1 in both directions, 200 draws each, standard deviation 13.
  test('crop: the nine windows of the padded image, equally often', () => {
    const seen = outcomes({ crop_padding: 1, horizontal_flip: false });
    expect([...seen.keys()].sort()).toEqual(
      [
        '0 0 0 / 0 1 2', '0 0 0 / 1 2 3', '0 0 0 / 2 3 0',
        '0 1 2 / 0 4 5', '1 2 3 / 4 5 6', '2 3 0 / 5 6 0',
        '0 4 5 / 0 0 0', '4 5 6 / 0 0 0', '5 6 0 / 0 0 0',
      ].sort(), // prettier-ignore
    );
    for (const count of seen.values()) expect(Math.abs(count - 200)).toBeLessThan(55);
  });

  test('both: eighteen outcomes; neither: the image, and the stream moves all the same', () => {
    expect(outcomes({ crop_padding: 1, horizontal_flip: true }).size).toBe(18);
    const stream = randomStream(1, 'augmentation');
    const batch = { inputs: image, labels: Int32Array.of(7) };
    expect(augmented(batch, SHAPE, { crop_padding: 0, horizontal_flip: false }, stream)).toEqual(batch);
    expect(stream.state()).not.toEqual(randomStream(1, 'augmentation').state());
  });

  test('every image of a batch is moved by itself, and the batch given is not changed', () => {
    const inputs = Float32Array.from([...image, ...image, ...image, ...image]);
    const before = inputs.slice();
    const moved = augmented(
      { inputs, labels: new Int32Array(4) },
      SHAPE,
      { crop_padding: 1, horizontal_flip: true },
      randomStream(3, 'a'),
    );
    expect(inputs).toEqual(before);
    const each = [0, 1, 2, 3].map((i) => moved.inputs.slice(12 * i, 12 * i + 12).join());
    expect(new Set(each).size).toBeGreaterThan(1);
  });
});
