import path from 'node:path';
import { VOLATILE_FIELDS } from '../../artifacts/shared/common.js';
import type { TrainingLog } from '../../artifacts/training-log/training-log.js';
import { gradientEvaluations } from '../../artifacts/training-log/training-log.js';
import type { TaskContext } from '../../execution/manifest/run-task.js';
import { runPilot, type RunTrainings } from '../../pilot/pilot.js';
import { recommend, readingsCostOf } from '../../training/recommended/index.js';
import { readingOf } from '../../training/reading.js';
import { readingTask, runTraining } from '../../training/task.js';
import { recordOf, type StudyShared } from '../shared.js';
import type { TaskInputs, TaskResults } from '../tasks.js';

/** What a seed needs before a run whose method is made from it. */
export async function pilotTask(
  context: TaskContext,
  input: TaskInputs['pilot'],
  report: (event: unknown) => void,
): Promise<TaskResults['pilot']> {
  const record = recordOf(context.shared, input.record, context.folder);
  const { engine } = context.shared as unknown as StudyShared;
  const { seed, part } = input;
  const train = oneByOne(report);
  const log = (name: string): string => path.join(context.work, `${name}.jsonl`);
  switch (part) {
    case 'identification': {
      const { logs } = await runPilot({ record, seed, engine, folder: context.work }, train);
      return {
        part,
        logs: logs.map(withoutClock),
        spent: logs.reduce((sum, run) => sum + gradientEvaluations(run), 0),
      };
    }
    case 'reading': {
      const [read] = await train([{ ...readingTask(record.experiment, seed), record, engine, log: log('reading') }]);
      const reading = readingOf(read, 'Leave the method out, or give it its rate.');
      return { part, reading, spent: reading.n_grad_evals };
    }
    case 'recommended': {
      const { policy } = await recommend(record, seed, {}, (tasks) =>
        train(tasks.map((task, i) => ({ ...task, record, engine, log: log(`reading-${i}`) }))),
      );
      return { part, policy, spent: readingsCostOf(policy) };
    }
  }
}

function oneByOne(report: (event: unknown) => void): RunTrainings {
  return async (tasks) => {
    const logs: TrainingLog[] = [];
    for (const task of tasks) logs.push(await runTraining(task, (update) => report({ update })));
    return logs;
  };
}

/** The log as every machine writes it at any time: without clock, host and the digest of its file. */
function withoutClock({ header, steps, end, ...rest }: TrainingLog): TrainingLog {
  const ended = end === null ? null : stable(end, [...VOLATILE_FIELDS, 'sha256']);
  return { ...rest, header: stable(header), steps: steps.map((step) => stable(step)), end: ended };
}

function stable<Row extends object>(row: Row, omit: readonly string[] = VOLATILE_FIELDS): Row {
  return Object.fromEntries(Object.entries(row).filter(([name]) => !omit.includes(name))) as Row;
}
