import { createAttack } from '../attacks/create-attack.js';
import { logHeaderSchema } from '../artifacts/training-log/training-log.js';
import type { ImportedLog } from './imported-log.js';
import { LOSS_COLUMNS } from './log-reader.js';

/** Updates that two runs must share for one to be a fork of the other. */
const LEAST_SHARED = 10;

/**
 * Logs of which one went on from another: where rates and losses of two runs are equal up to some update, and the loss before it
 * too, but not the rate, the later log is a fork of the earlier one from there.
 */
export function withForks(logs: readonly ImportedLog[]): { logs: ImportedLog[]; notes: string[] } {
  const notes: string[] = [];
  const parents = logs.map((log, i) => parentOf(log, logs.slice(0, i)));
  const forked = logs.map((log, i) => {
    const parent = parents[i];
    if (parent === null) return log;
    // Ends of one run part from one state: all share what the first of them to part shares.
    const update = Math.min(...parents.flatMap((other) => (other?.own === parent.own ? [other.update] : [])));
    const { run_id } = parent.own.header;
    notes.push(`${log.header.run_id} is a fork of ${run_id} from update ${update}: their rows are equal up to there`);
    return forkedFrom(log, parent.own, update);
  });
  return { logs: forked, notes };
}

interface Parent {
  readonly own: ImportedLog;
  readonly update: number;
}

/** The run of its own from which a log went on, and where; null where there is none, or the log says so itself. */
function parentOf(log: ImportedLog, before: readonly ImportedLog[]): Parent | null {
  if (log.header.forked_from !== undefined) return null;
  for (const own of before) {
    const update = forkUpdate(own, log);
    // A fork of a fork shares more with the first run of the family, which stands before it.
    if (update !== null) return { own, update };
  }
  return null;
}

/** The first update whose rates differ, if rates and losses agree before it, and its loss too; null of other pairs. */
function forkUpdate(own: ImportedLog, log: ImportedLog): number | null {
  const n = Math.min(own.steps.length, log.steps.length);
  const update = log.steps.findIndex((step, k) => k >= n || step.lr !== own.steps[k].lr);
  if (update < LEAST_SHARED || update >= n) return null;
  const column = LOSS_COLUMNS.find((name) => log.steps[0][name] !== undefined) ?? '';
  const isEqual = log.steps.slice(0, update + 1).every((step, k) => step[column] === own.steps[k][column]);
  return isEqual ? update : null;
}

function forkedFrom(log: ImportedLog, own: ImportedLog, update: number): ImportedLog {
  const { attack } = log.header;
  const each = 1 + (attack === null ? 0 : createAttack(attack).gradientEvaluations);
  const forked_from = { run_id: own.header.run_id, update, n_grad_evals: Math.round(each * update) };
  return { ...log, header: logHeaderSchema.parse({ ...log.header, forked_from }) };
}
