import { createHash } from 'node:crypto';
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';
import { HjbLrError } from '../errors.js';

/** Serialised position of a stream: four 32-bit words of xoroshiro128+, as JSON numbers. */
export type RandomState = readonly number[];

/**
 * A named, seeded stream of random numbers. Streams of different names are independent, so that a new consumer never
 * shifts another's numbers.
 */
export interface RandomStream {
  /** Uniform on [0, 1), 53 bits. */
  uniform(): number;
  /** Standard normal, by the Marsaglia polar method. */
  normal(): number;
  /** Fills `target` with uniforms on [low, high), 24 bits each, and returns it. */
  fillUniform(target: Float32Array, low: number, high: number): Float32Array;
  /** Uniform integer in 0..n-1; n a positive integer below 2^53. */
  integer(n: number): number;
  /** The stream's position, to be handed to `resumeStream`. */
  state(): RandomState;
}

/**
 * The stream `name` of a master seed: xoroshiro128+ started from SHA-256(seed, name), because neighbouring small seeds
 * of that generator are correlated.
 *
 * @param seed - master seed, a nonnegative safe integer
 * @param name - what the numbers are for, for example `train/batches`
 * @throws E_INVALID if the seed is not a nonnegative safe integer
 *
 * @example
 * const stream = randomStream(7, 'train/batches');
 * stream.integer(10); // an integer in 0..9, the same in every run
 */
export function randomStream(seed: number, name: string): RandomStream {
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new HjbLrError('E_INVALID', `The seed must be a nonnegative integer; got ${seed}.`, {
      remedy: 'Give a seed such as 0, 1, 2.',
      fields: { seed, name },
    });
  }
  const digest = createHash('sha256').update(`${seed}\u0000${name}`).digest();
  const words = [0, 4, 8, 12].map((offset) => digest.readInt32LE(offset));
  return resumeStream(words);
}

/** A seed of its own for a task that has a label: the first 48 bits of SHA-256(seed, label). */
export function derivedSeed(seed: number, label: string): number {
  return createHash('sha256').update(`${seed}\u0000${label}`).digest().readUIntBE(0, 6);
}

/** The stream that goes on where `state()` was taken. */
export function resumeStream(state: RandomState): RandomStream {
  const generator = xoroshiro128plusFromState(state.slice(0, 4) as number[]);
  const word = (): number => generator.next() >>> 0;
  const uniform = (): number => ((word() >>> 5) * 67108864 + (word() >>> 6)) / 9007199254740992;
  const fillUniform = (target: Float32Array, low: number, high: number): Float32Array => {
    const scale = (high - low) / 16777216;
    for (let i = 0; i < target.length; i += 1) target[i] = low + (word() >>> 8) * scale;
    return target;
  };
  return {
    uniform,
    fillUniform,
    normal: () => polarNormal(uniform),
    integer: (n) => Math.floor(uniform() * n),
    state: () => [...generator.getState()],
  };
}

/** One normal per accepted pair: the second is dropped so that the stream's position is its whole state. */
function polarNormal(uniform: () => number): number {
  for (;;) {
    const x = 2 * uniform() - 1;
    const y = 2 * uniform() - 1;
    const r2 = x * x + y * y;
    if (r2 > 0 && r2 < 1) return x * Math.sqrt((-2 * Math.log(r2)) / r2);
  }
}
