import type { Issue } from '../../src/errors.js';
import { issueUnless, refuseWhere } from '../input-issues.js';
import type { Scheme } from '../discretization/schemes.js';
import { keptLevels } from './kept-levels.js';
import { hasWasm } from '../kernels/wasm/module.js';

export interface HjbOptions {
  /** Policy iteration stops when the value of the step is known to this, relative to the largest value. */
  readonly tolerance: number;
  readonly maximumPolicyIterations: number;
  /** Time levels to keep: `all`, every k-th with the first and the last, or a list of the problem's own levels. */
  readonly keep: 'all' | number | readonly number[];
  /** `monotone` unless given. */
  readonly scheme?: Scheme;
  /** `typescript` unless given. */
  readonly kernel?: Kernel;
  /** Threads of the WebAssembly kernel of two and three states, 1 unless given. */
  readonly threads?: number;
  /** States at which two searched controls are to be certified, beside nodes all over the grid; not at all unless given. */
  readonly certify?: readonly (readonly number[])[] | undefined;
  /** Told after every step of the nodes that were solved, over an infinite horizon once. */
  readonly onStep?: ((nodes: number) => void) | undefined;
}

/**
 * What carries out the passes over the nodes: plain TypeScript, or the same operations in the same order in WebAssembly
 * with SIMD. Problems with a searched minimiser, uncertainty, stopping over an infinite horizon, or (with two or three states) risk or an
 * infinite horizon are solved in TypeScript either way.
 */
export type Kernel = 'typescript' | 'wasm';

/** Threads beyond which there is no gain on any machine. */
export const MOST_THREADS = 64;

export interface ResolvedHjbOptions {
  readonly tolerance: number;
  readonly maximumPolicyIterations: number;
  readonly keep: ReadonlySet<number>;
  readonly scheme: Scheme;
  readonly kernel: Kernel;
  readonly threads: number;
  readonly certify: readonly (readonly number[])[] | null;
}

/**
 * The complete record of options for a problem with these time levels.
 * @throws E_INVALID with every issue and its path
 */
export function resolveOptions(options: HjbOptions, times: readonly number[]): ResolvedHjbOptions {
  const { tolerance, maximumPolicyIterations, keep, scheme = 'monotone' } = options;
  const { kernel = 'typescript', threads = 1, certify = null } = options;
  const isCount = Number.isInteger(maximumPolicyIterations) && maximumPolicyIterations >= 1;
  const isScheme = scheme === 'monotone' || scheme === 'accurate';
  refuseWhere(
    [
      ...issueUnless(tolerance > 0 && tolerance < 1, 'tolerance', `must lie between 0 and 1, got ${tolerance}`),
      ...issueUnless(
        isCount,
        'maximumPolicyIterations',
        `must be an integer of at least 1, got ${maximumPolicyIterations}`,
      ),
      ...issueUnless(isScheme, 'scheme', `must be monotone or accurate, got ${String(scheme)}`),
      ...kernelIssues(kernel, threads),
      ...keepIssues(keep, times),
    ],
    'record of solver options',
    'Correct these options.',
  );
  return {
    tolerance,
    maximumPolicyIterations,
    keep: new Set(keptLevels(keep, times)),
    scheme,
    kernel,
    threads,
    certify,
  };
}

/** What is wrong with a choice of kernel and threads. */
export function kernelIssues(kernel: Kernel, threads: number): Issue[] {
  const isKernel = kernel === 'typescript' || kernel === 'wasm';
  const isThreads = Number.isInteger(threads) && threads >= 1 && threads <= MOST_THREADS;
  const noWasm = 'this runtime has no WebAssembly with SIMD and shared memory: take typescript';
  return [
    ...issueUnless(isKernel, 'kernel', `must be typescript or wasm, got ${String(kernel)}`),
    ...issueUnless(kernel !== 'wasm' || hasWasm(), 'kernel', noWasm),
    ...issueUnless(isThreads, 'threads', `must be an integer from 1 to ${MOST_THREADS}, got ${threads}`),
    ...issueUnless(
      !isThreads || threads === 1 || kernel !== 'typescript',
      'threads',
      'more than one thread needs the kernel wasm',
    ),
  ];
}

/** What is wrong with the levels that are to be kept. */
export function keepIssues(keep: HjbOptions['keep'], times: readonly number[]): Issue[] {
  if (keep === 'all') return [];
  if (typeof keep === 'number') {
    return issueUnless(Number.isInteger(keep) && keep >= 1, 'keep', `must be a whole number of levels, got ${keep}`);
  }
  const levels = new Set(times);
  const unknown = keep.filter((time) => !levels.has(time));
  return unknown.map((time) => ({ path: 'keep', message: `${time} is not one of the problem's time levels` }));
}
