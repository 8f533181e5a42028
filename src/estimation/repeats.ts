import type { TrainingLog } from '../artifacts/training-log/training-log.js';
import type { Issue } from '../errors.js';

/** Losses in common from which on two runs were one: fewer may agree by chance, where a log rounds them. */
const LEAST_SHARED = 3;

interface SeededRun {
  readonly name: string;
  readonly seed: TrainingLog['header']['seed'];
}

interface SeededLosses extends SeededRun {
  readonly losses: Float64Array;
}

/**
 * Runs of their own that are no second sample of the noise: one run twice, and one that went on from another without saying
 * so. They are told by their losses, which agree to the last digit; beside one seed a single loss is enough.
 */
export function repeatedRuns(runs: readonly SeededLosses[]): Issue[] {
  return runs.flatMap((entry, i) => {
    const before = runs.slice(0, i).find((other) => isRepeat(entry, other));
    return before === undefined ? [] : [{ path: entry.name, message: describeRepeat(entry, before) }];
  });
}

/** Runs that share a seed but not their losses, in words; null where there are none. */
export function seedNotice(runs: readonly SeededRun[]): string | null {
  const shared = runs.filter(({ seed }, i) => seed !== undefined && runs.findIndex((run) => run.seed === seed) !== i);
  if (shared.length === 0) return null;
  const [{ name, seed }] = shared;
  return (
    `notice: ${shared.length + 1} runs have the seed ${seed} (${name} for one): where it draws the weights and the minibatches they ` +
    'are not independent, and the standard errors are too small.'
  );
}

function isRepeat(a: SeededLosses, b: SeededLosses): boolean {
  const shared = sharedLosses(a, b);
  const isOneValue = new Set(a.losses.subarray(0, shared)).size < 2;
  if (shared === Math.min(a.losses.length, b.losses.length)) return shared > 0;
  return a.seed !== undefined && a.seed === b.seed ? shared > 0 : shared >= LEAST_SHARED && !isOneValue;
}

/** Losses in front that are equal. */
function sharedLosses(a: SeededLosses, b: SeededLosses): number {
  const differing = a.losses.findIndex((loss, k) => loss !== b.losses[k]);
  return differing === -1 ? a.losses.length : differing;
}

function describeRepeat(a: SeededLosses, b: SeededLosses): string {
  const shared = sharedLosses(a, b);
  const seed = a.seed !== undefined && a.seed === b.seed ? ` and the seed ${a.seed}` : '';
  if (shared === a.losses.length && shared === b.losses.length) {
    return `is ${b.name} again: all ${shared} losses${seed} are equal, and one run is no two samples of the noise`;
  }
  return (
    `shares its first ${shared} losses${seed} with ${b.name}: it went on from that run, and is no sample of its own ` +
    `(its header would say so: "forked_from": {"run_id": ..., "update": ${shared}, "n_grad_evals": ...})`
  );
}
