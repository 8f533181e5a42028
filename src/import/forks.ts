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
  const forked = logs.map((log, i) => {
    if (log.header.forked_from !== undefined) return log;
    for (const own of logs.slice(0, i)) {
      const update = forkUpdate(own, log);
      if (update === null || own.header.forked_from !== undefined) continue;
      notes.push(
        `${log.header.run_id} is a fork of ${own.header.run_id} from update ${update}: their rows are equal up to there`,
      );
      return forkedFrom(log, own, update);
    }
    return log;
  });
  return { logs: forked, notes };
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
