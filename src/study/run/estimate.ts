import path from 'node:path';
import type { Coefficients } from '../../artifacts/coefficients/coefficients.js';
import type { Experiment } from '../../artifacts/experiment/experiment.js';
import { writeFileAtomic } from '../../artifacts/files.js';
import type { TrainingLog } from '../../artifacts/training-log/training-log.js';
import { HjbLrError } from '../../errors.js';
import { estimateFiles, unfittedCoefficients } from '../../estimation/stage.js';
import type { TaskContext } from '../../execution/manifest/run-task.js';
import { jsonLine } from '../../formats/jsonl.js';
import { pilotPeak } from '../../training/peak.js';
import { recordOf } from '../shared.js';
import type { TaskInputs, TaskResults } from '../tasks.js';
import { withExchangedRates } from './exchange-rates.js';

/** So large that wrong coefficients are followed too, where they are wanted. */
const ANY_ERROR = 1e9;

/** The fit of a seed's pilot; where its runs cannot be fitted the reason, with the peak. */
export async function estimateTask(
  context: TaskContext,
  input: TaskInputs['estimate'],
): Promise<TaskResults['estimate']> {
  const { experiment } = recordOf(context.shared, input.record, context.folder);
  const { logs, spent } = context.needs[0] as unknown as Extract<TaskResults['pilot'], { part: 'identification' }>;
  const used = input.exchanged ? withExchangedRates(logs) : logs;
  const estimation = { ...experiment.estimation, ...(input.exchanged ? { maximum_prediction_error: ANY_ERROR } : {}) };
  const coefficients = await fitted(used, { ...experiment, estimation }, { out: context.work, seed: input.seed });
  return { coefficients, spent };
}

async function fitted(
  logs: readonly TrainingLog[],
  experiment: Experiment,
  { out, seed }: { readonly out: string; readonly seed: number },
): Promise<Coefficients> {
  const files = logs.map((_, i) => path.join(out, `log-${i}.jsonl`));
  await Promise.all(logs.map((log, i) => writeFileAtomic(files[i], textOf(log))));
  try {
    return (await estimateFiles(files, experiment, { out, seed })).coefficients;
  } catch (error) {
    if (!(error instanceof HjbLrError) || error.code !== 'E_PILOT') throw error;
    const unfitted = [error.message, ...error.issues.map(({ message }) => message)].join(' ');
    return unfittedCoefficients(logs, experiment, { peak: pilotPeak(experiment, logs), unfitted });
  }
}

function textOf({ header, steps, end }: TrainingLog): string {
  return [header, ...steps, end].map((row) => jsonLine(row as Parameters<typeof jsonLine>[0])).join('');
}
