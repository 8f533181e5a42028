import { dataError } from '../../formats/problem.js';
import { isRecordFile, readRecords } from '../../formats/tfrecord.js';
import { namedColumns } from '../column-names.js';
import type { Cell, LogFile, LogReader } from '../log-reader.js';
import type { Scalar } from './event-message.js';

/** TensorBoard event files, of `add_scalar` (simple_value) and of `tf.summary.scalar` (tensor); a folder of them is one run. */
export const tensorBoardReader: LogReader = {
  name: 'tensorboard',
  describe: () => 'A TensorBoard event file (events.out.tfevents.*), or the folder of one run.',
  recognises: ({ bytes, folder }) => (folder === undefined ? isRecordFile(bytes) : eventFiles(folder).length > 0),
  read: async (log, options) => {
    const { scalarsOf } = await import('./event-message.js');
    const files = log.folder === undefined ? [log] : eventFiles(log.folder);
    const read = files.map(({ bytes, file }) => ({ file, ...readRecords(bytes, file) }));
    const scalars = read.flatMap(({ records }) => records.flatMap(scalarsOf));
    const { tags, columns, steps } = bySteps(scalars);
    if (tags.length === 0) throw dataError(log.file, 'it holds no scalars', 'Log the rate and the loss as scalars.');
    const { names, notes } = namedColumns([...tags, STEP], options, log.file);
    const torn = read.filter((file) => file.torn > 0);
    return {
      trainer: 'tensorboard',
      facts: {},
      columns: Object.fromEntries(
        [...names].map(([ours, tag]) => [ours, tag === STEP ? steps : columns.map((row) => row.get(tag) ?? null)]),
      ),
      notes: [
        ...notes,
        ...torn.map(({ file, torn: bytes }) => `the last ${bytes} bytes of ${file} are of a record that was cut off`),
      ],
      place: (row): string => `step ${steps[row]}`,
    };
  },
};

const STEP = 'step';

/** The event files of a run's folder in the order of their names, which is that of time; not those of folders below it. */
function eventFiles(folder: readonly LogFile[]): LogFile[] {
  return folder
    .filter(({ file, bytes }) => !/[\\/]/.test(file) && isRecordFile(bytes))
    .sort((a, b) => (a.file < b.file ? -1 : 1));
}

/** A row for each step, or more than one where a tag stands at it again, as after a resume. */
function bySteps(scalars: readonly Scalar[]): { tags: string[]; columns: Map<string, Cell>[]; steps: number[] } {
  const steps: number[] = [];
  const columns: Map<string, Cell>[] = [];
  const last = new Map<number, number>();
  for (const { tag, step, value } of scalars) {
    const row = last.get(step);
    if (row === undefined || columns[row].has(tag)) {
      last.set(step, steps.length);
      steps.push(step);
      columns.push(new Map([[tag, value]]));
    } else columns[row].set(tag, value);
  }
  return { tags: [...new Set(scalars.map(({ tag }) => tag))], columns, steps };
}
