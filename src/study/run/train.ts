import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { writeFileAtomic } from '../../artifacts/files.js';
import { numberOf } from '../../artifacts/shared/log-number.js';
import { gradientEvaluations, type TrainingLog } from '../../artifacts/training-log/training-log.js';
import { collectedLog } from '../../benchmark/loss-columns.js';
import { thinnedSeries } from '../../benchmark/summarize.js';
import type { TaskContext } from '../../execution/manifest/run-task.js';
import { weightsPath } from '../../training/saved-weights.js';
import { openTraining } from '../../training/task.js';
import { trainRun } from '../../training/train.js';
import { recordOf, type StudyShared } from '../shared.js';
import type { TaskInputs, TrainResult } from '../tasks.js';
import { methodOfRun } from './method.js';

/** Name of the final weights beside the result of a run that completed. */
export const WEIGHTS = 'weights.npz';

/** One whole run, with its scores along the way and its final weights. */
export async function trainTask(
  context: TaskContext,
  input: TaskInputs['train'],
  report: (event: unknown) => void,
): Promise<TrainResult> {
  const record = recordOf(context.shared, input.record, context.folder);
  const { engine, curve } = context.shared as unknown as StudyShared;
  const { outline, setting, spent } = methodOfRun(record.experiment, input.from, context);
  const identity = { runId: `train/${input.from.from}/${input.seed}`, purpose: 'train', seed: input.seed };
  const log = path.join(context.work, 'run.jsonl');
  const run = await openTraining({ record, engine, log, ...identity, ...outline, evaluated: true });
  const evaluateEvery = Math.max(1, Math.ceil(run.header.updates / curve.points));
  const done = await trainRun({ ...run, saveWeights: true, evaluateEvery, onProgress: (update) => report({ update }) });
  const end = done.end!;
  if (end.status === 'completed') await writeFileAtomic(context.blob(WEIGHTS), await readFile(weightsPath(log)));
  return {
    status: end.status === 'completed' ? 'completed' : 'diverged',
    reason: end.reason ?? null,
    setting,
    run_grad_evals: gradientEvaluations(done) - (end.measurement_grad_evals ?? 0),
    spent,
    curve: curveOf(done),
    series: thinnedSeries(collectedLog(done)),
  };
}

/** The scores along the run at what the run had cost by then. */
function curveOf({ evaluations, steps }: TrainingLog): TrainResult['curve'] {
  return evaluations.map(({ update, train_robust_loss }) => {
    const loss = numberOf(train_robust_loss);
    return {
      update,
      grad_evals: steps[update - 1]?.n_grad_evals ?? 0,
      loss: Number.isFinite(loss) ? loss : null,
    };
  });
}
