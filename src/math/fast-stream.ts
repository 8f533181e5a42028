import { generatedFunction } from './generated-function.js';
import { randomStream, type RandomStream } from './random.js';
import { atEdge, ENDS, SHARES } from './ziggurat.js';

/**
 * A stream for loops that draw millions of numbers: xoshiro128++ (Blackman & Vigna 2021), on 32-bit words because
 * JavaScript's integers have 32 bits, and normals by the ziggurat (Marsaglia & Tsang 2000) with 55 random bits each, exact
 * in distribution. Its arithmetic is also there as source, to be woven into a loop that is generated.
 */
export interface FastStream {
  /** The four words that are its position. */
  readonly words: Int32Array;
  /** Uniform on [0, 1), 53 bits. */
  uniform(): number;
  /** Standard normal. */
  normal(): number;
}

/**
 * The stream of a seed and a name, started from the words of `randomStream(seed, name)`.
 * @throws E_INVALID if the seed is not a nonnegative safe integer
 *
 * @example
 * fastStream(7, 'sde/runs').normal(); // a standard normal, the same in every run
 */
export function fastStream(seed: number, name: string): FastStream {
  return nextFastStream(randomStream(seed, name));
}

/** The stream that starts from the next words of another one. */
export function nextFastStream(from: RandomStream): FastStream {
  return fastStreamFrom(Int32Array.from({ length: 4 }, () => from.integer(2 ** 32) | 0));
}

/** The stream at a position; it goes on in these words. */
export function fastStreamFrom(words: Int32Array): FastStream {
  return { words, uniform: () => UNIFORM(words), normal: () => NORMAL(words, ENDS, SHARES, edge) };
}

/** Source that takes the position out of `words` into locals, and puts it back. */
export const LOAD = 's0 = words[0]; s1 = words[1]; s2 = words[2]; s3 = words[3];';
export const STORE = 'words[0] = s0; words[1] = s1; words[2] = s2; words[3] = s3;';
export const LOCALS = 'let s0 = 0, s1 = 0, s2 = 0, s3 = 0, a = 0, b = 0, u = 0;';

/** Source of one step, whose 32 random bits go to `target`. */
function nextWord(target: string): string {
  return `${target} = s0 + s3 | 0; ${target} = (${target} << 7 | ${target} >>> 25) + s0 | 0; u = s1 << 9; s2 ^= s0; s3 ^= s1; s1 ^= s2; s0 ^= s3; s2 ^= u; s3 = s3 << 11 | s3 >>> 21;`;
}

/** Source that sets a variable to a uniform on [0, 1). */
export function uniformInto(target: string): string {
  return `${nextWord('a')} ${nextWord('b')} ${target} = ((a >>> 5) * 67108864 + (b >>> 6)) / 9007199254740992;`;
}

/** Source that sets a variable to a standard normal; `ends`, `shares` and `edge` are arguments of the loop around it. */
export function normalInto(target: string): string {
  const u = `((a >> 8) * 4294967296 + (b >>> 0)) * ${2 ** -55}`;
  return `for (;;) { ${nextWord('a')} ${nextWord('b')} { const v = ${u}; a &= 255; ${target} = v * ends[a]; if (v < shares[a] && -v < shares[a]) break; ${STORE} ${target} = edge(a, v, words); ${LOAD} if (${target} === ${target}) break; } }`;
}

type Edge = (layer: number, u: number, words: Int32Array) => number;
type Normal = (words: Int32Array, ends: Float64Array, shares: Float64Array, edge: Edge) => number;

const UNIFORM = generatedFunction<(words: Int32Array) => number>(
  ['words'],
  `${LOCALS} ${LOAD} let x = 0; ${uniformInto('x')} ${STORE} return x;`,
);

const NORMAL = generatedFunction<Normal>(
  ['words', 'ends', 'shares', 'edge'],
  `${LOCALS} ${LOAD} let x = 0; ${normalInto('x')} ${STORE} return x;`,
);

/** What `edge` is bound to: one normal in a hundred comes here. */
const edge: Edge = (layer, u, words) => atEdge(layer, u, () => UNIFORM(words));

/** The tables and the function that `normalInto` needs, by the names of its arguments. */
export const NORMAL_ARGUMENTS = { ends: ENDS, shares: SHARES, edge } as const;
