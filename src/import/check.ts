import { HjbLrError, type Issue } from '../errors.js';
import { listed } from '../formats/problem.js';
import { LOSS_COLUMNS, type Cell, type ImportedRun } from './log-reader.js';

/** Problems that one error lists. */
const MOST_ISSUES = 20;

/**
 * Checks that a run has what estimation needs: updates in order, their rates and their losses.
 * @throws E_INVALID with every problem and its place
 */
export function requireRun(run: ImportedRun, file: string): void {
  const missing = missingColumns(run);
  const issues = missing.length > 0 ? missing : rowIssues(run);
  if (issues.length === 0) return;
  const more = issues.length - MOST_ISSUES;
  const shown = more > 0 ? [...issues.slice(0, MOST_ISSUES), { path: '', message: `and ${more} more` }] : issues;
  throw new HjbLrError('E_INVALID', `${file} is not the log of a training run.`, {
    remedy:
      missing.length > 0
        ? `Say which columns hold them, for example { update: 'step', lr: 'learning_rate', train_loss: 'loss' }.`
        : 'Correct these rows, or leave them out.',
    issues: shown,
    fields: { file },
  });
}

function missingColumns({ columns }: ImportedRun): Issue[] {
  const names = Object.keys(columns);
  const there = listed(names);
  const issues = ['update', 'lr']
    .filter((name) => !names.includes(name))
    .map((name) => ({ path: name, message: `no such column; there are: ${there}` }));
  if (LOSS_COLUMNS.some((name) => names.includes(name))) return issues;
  return [...issues, { path: LOSS_COLUMNS.join(' or '), message: `no such column; there are: ${there}` }];
}

function rowIssues({ columns, place }: ImportedRun): Issue[] {
  const losses = LOSS_COLUMNS.flatMap((name) => (columns[name] === undefined ? [] : [columns[name]]));
  return columns.update.flatMap((update, row) => [
    ...issueUnless(isCount(update), `${place(row)}: update`, `must be 0, 1, 2, ...; got ${update}`),
    ...orderIssues(columns.update, row, place),
    ...issueUnless(isRate(columns.lr[row]), `${place(row)}: lr`, `must be a rate >= 0; got ${columns.lr[row]}`),
    ...issueUnless(
      losses.some((loss) => loss[row] !== null),
      `${place(row)}: ${LOSS_COLUMNS.join(' or ')}`,
      'missing',
    ),
  ]);
}

function orderIssues(updates: readonly Cell[], row: number, place: (row: number) => string): Issue[] {
  const [before, update] = [updates[row - 1], updates[row]];
  if (!isCount(before) || !isCount(update)) return [];
  return issueUnless(
    update > before,
    `${place(row)}: update`,
    `must be above ${before}, the one before; got ${update}`,
  );
}

function isCount(cell: Cell | undefined): cell is number {
  return Number.isInteger(cell) && cell! >= 0;
}

function isRate(cell: Cell): boolean {
  return cell !== null && Number.isFinite(cell) && cell >= 0;
}

function issueUnless(holds: boolean, path: string, message: string): Issue[] {
  return holds ? [] : [{ path, message }];
}
