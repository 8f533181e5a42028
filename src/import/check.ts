import { sequenceFault, type SequenceFault } from '../artifacts/training-log/update-sequence.js';
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
  const wrong = missing.length > 0 ? missing : rowIssues(run);
  const fault =
    wrong.length > 0 ? null : sequenceFault(run.columns.update as number[], run.place, { repeated: ALTERNATING });
  const issues = fault?.issues ?? wrong;
  if (issues.length === 0) return;
  const more = issues.length - MOST_ISSUES;
  const shown = more > 0 ? [...issues.slice(0, MOST_ISSUES), { path: '', message: `and ${more} more` }] : issues;
  throw new HjbLrError('E_INVALID', `${file} is not the log of a training run.`, {
    remedy: remedyOf(missing, fault),
    issues: shown,
    fields: { file },
  });
}

function remedyOf(missing: readonly Issue[], fault: SequenceFault | null): string {
  if (fault !== null) return fault.remedies.join(' ');
  if (missing.length === 0) return 'Correct these rows, or leave them out.';
  const [hint] = missing.flatMap(({ path }) => HINTS[path] ?? []);
  return (
    'Say which columns hold them: --columns "update=step,lr=learning_rate,train_loss=loss"; in a program ' +
    `{ update: 'step', lr: 'learning_rate', train_loss: 'loss' }.${hint === undefined ? '' : ` ${hint}`}`
  );
}

/** What is left of updates that stand twice once those of resumed runs are settled. */
const ALTERNATING =
  'Rows of several runs or processes alternate: keep those of one process, and give every run a file of its own.';

/** What to do where a column is not there at all. */
const HINTS: Readonly<Record<string, string>> = {
  update: 'Where each row is one update, in order: --rows-are updates.',
  lr: 'Rates that were not logged can be given: --rates FILE, with one rate for each update.',
};

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
  if (columns.update.length === 0) return [{ path: '', message: 'has no row of an update' }];
  if (columns.update.every((cell) => cell === null)) return [{ path: 'update', message: 'is empty' }];
  const losses = LOSS_COLUMNS.flatMap((name) => (columns[name] === undefined ? [] : [columns[name]]));
  return columns.update.flatMap((update, row) => [
    ...issueUnless(isCount(update), `${place(row)}: update`, `must be 0, 1, 2, ...; got ${update}`),
    ...issueUnless(isRate(columns.lr[row]), `${place(row)}: lr`, `must be a rate >= 0; got ${columns.lr[row]}`),
    ...issueUnless(
      losses.some((loss) => loss[row] !== null),
      `${place(row)}: ${LOSS_COLUMNS.join(' or ')}`,
      'missing',
    ),
  ]);
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
