import { HjbLrError } from '../../src/errors.js';
import type { LogFile, LogReader } from '../../src/import/index.js';

const FIRST_LINE = /^# toy trainer, seed (\d+)$/;
const ROW = /^(\d+) (\S+) (\S+)$/;

/** A log reader in full: a line that names the trainer, then the update, its rate and its loss in every line. */
export const toyLogReader: LogReader = {
  name: 'toy',
  describe: () => 'The log of the toy trainer: a line "# toy trainer, seed N", then UPDATE RATE LOSS in every line.',
  recognises: (log) => FIRST_LINE.test(linesOf(log)[0]),
  read: (log) => {
    const [first, ...rows] = linesOf(log);
    const issues = rows.flatMap((row, i) =>
      ROW.test(row) ? [] : [{ path: `line ${i + 2}`, message: `got "${row}"` }],
    );
    if (issues.length > 0) {
      const remedy = 'Write UPDATE RATE LOSS in every line.';
      throw new HjbLrError('E_DATA', `${log.file} has lines that are no rows.`, { remedy, issues });
    }
    const cells = rows.map((row) => ROW.exec(row)!.slice(1).map(Number));
    const column = (k: number): number[] => cells.map((row) => row[k]);
    return {
      trainer: 'toy',
      facts: { seed: Number(FIRST_LINE.exec(first)?.[1]) },
      columns: { update: column(0), lr: column(1), train_loss: column(2) },
      place: (row) => `line ${row + 2}`,
    };
  },
};

function linesOf({ bytes }: LogFile): string[] {
  return new TextDecoder().decode(bytes).trimEnd().split('\n');
}
