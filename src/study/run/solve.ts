import type { TaskContext } from '../../execution/manifest/run-task.js';
import { synthesize } from '../../synthesis/stage/stage.js';
import { recordOf } from '../shared.js';
import type { TaskInputs, TaskResults } from '../tasks.js';

/** Both policies of a fit. */
export async function solveTask(context: TaskContext, { record }: TaskInputs['solve']): Promise<TaskResults['solve']> {
  const { experiment } = recordOf(context.shared, record, context.folder);
  const { coefficients, spent } = context.needs[0] as unknown as TaskResults['estimate'];
  const { policy, hjb, followed } = await synthesize(coefficients, experiment.solver);
  return { policy, hjb, followed, spent };
}
