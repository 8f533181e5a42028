import type { Iterated, IterationLimits } from '../grid-iteration.js';
import { judgeLine } from '../line-iteration.js';
import type { RowPieces } from '../row-pieces.js';
import { LANES, laneIndex, type BatchKernel } from './batch.js';

/** What a step adds to the rows: `rest` times V, and what they have from outside. */
interface BatchStep {
  readonly rest: number;
  readonly source: Float64Array;
}

/** What the batch needs of each problem. */
export interface BatchMember {
  readonly d: { readonly sign: 1 | -1 };
  readonly options: IterationLimits;
  readonly rows: RowPieces | null;
  readonly policy: { readonly control: Float64Array };
  readonly V: Float64Array;
}

/**
 * Policy iteration of up to eight problems at one level, each as `iterateLine` does it: a problem that is solved stands
 * still while the others go on.
 *
 * @param steps - null for a problem that has ended; `rest` is the same for all others
 */
export function iterateBatch(
  batch: BatchKernel,
  members: readonly BatchMember[],
  steps: readonly (BatchStep | null)[],
): Iterated[] {
  const rest = steps.find((step) => step !== null)?.rest;
  const results = members.map((): Iterated => ({ iterations: 0, residual: NaN, solved: false }));
  if (rest === undefined) return results;
  const active = Array.from({ length: LANES }, (_, lane) => (steps[lane] ?? null) !== null);
  enter(batch, members, steps);
  batch.forward(rest);
  for (let iterations = 1; active.includes(true); iterations += 1) {
    batch.backward(active);
    batch.forward(rest);
    members.forEach((member, lane) => {
      if (!active[lane]) return;
      const found = batch.findings[lane];
      // Any value that is not finite makes the first so.
      const witness = batch.V[laneIndex(lane, 0, member.V.length)];
      results[lane] = { iterations, ...judgeLine(found, rest, member.options.tolerance, witness) };
      const { residual, solved } = results[lane];
      active[lane] = !solved && Number.isFinite(residual) && iterations < member.options.maximumPolicyIterations;
      // Its controls belong to this pass: later ones see the same values.
      if (!active[lane]) leave(batch, member, lane);
    });
  }
  return results;
}

/** Lanes without a problem repeat the first. */
function enter(batch: BatchKernel, members: readonly BatchMember[], steps: readonly (BatchStep | null)[]): void {
  const lanes = Array.from({ length: LANES }, (_, lane) => (lane < members.length ? lane : 0));
  batch.load(lanes.map((lane) => members[lane].rows!));
  lanes.forEach((from, lane) => {
    const { d, V } = members[from];
    const step = steps[from];
    spread(d.sign, V, batch.V, lane);
    if (step === null) return;
    spread(d.sign, step.source, batch.source, lane);
  });
}

function spread(sign: number, from: Float64Array, to: Float64Array, lane: number): void {
  for (let i = 0, k = laneIndex(lane, 0, from.length); i < from.length; i += 1, k += 2) to[k] = sign * from[i];
}

function leave(batch: BatchKernel, { d, V, policy }: BatchMember, lane: number): void {
  for (let i = 0, k = laneIndex(lane, 0, V.length); i < V.length; i += 1, k += 2) {
    V[i] = d.sign * batch.V[k];
    policy.control[i] = batch.control[k];
  }
}
