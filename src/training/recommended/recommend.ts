import type { ClipSpec, RecommendedOptions } from '../../artifacts/experiment/experiment.js';
import type { Policy } from '../../artifacts/policy/policy.js';
import type { TrainingLog } from '../../artifacts/training-log/training-log.js';
import { namingFile } from '../../errors.js';
import { openWorkload, type ExperimentRecord } from '../experiment-record.js';
import type { TaskOutline } from '../training-task.js';
import { recommendedMethod, requireAffordable, type Choice } from './choices.js';
import { recommendedPolicy } from './policy-file.js';
import { readingsOf, readingTasks, type Readings } from './readings.js';
import { recommendedSetting } from './setting.js';

/** What the method is asked for beyond what the experiment gives. */
export type RecommendedRequestOptions = RecommendedOptions & { readonly clip?: ClipSpec | undefined };

/** The recommended method of a seed, whole. */
export interface Recommendation {
  readonly policy: Policy;
  /** null: the rate was given. */
  readonly readings: Readings | null;
  readonly choices: readonly Choice[];
}

/**
 * Resolves the recommended method of an experiment and a seed.
 *
 * @param read - runs the readings and returns their logs
 * @throws E_INVALID for a run that is too short for its readings, and for an attack that cannot be kept, before anything is
 * read; E_PILOT if nothing could be read
 */
export async function recommend(
  { experiment, file, ...rest }: ExperimentRecord,
  seed: number,
  asked: RecommendedRequestOptions,
  read: (tasks: readonly TaskOutline[]) => Promise<readonly TrainingLog[]>,
): Promise<Recommendation> {
  const given = { ...experiment.recommended, ...asked };
  const setting = recommendedSetting(experiment, await openWorkload({ experiment, file, ...rest }), given);
  const isRead = given.rate === undefined && given.reading === undefined;
  await namingFile(file, () => {
    recommendedMethod(setting, null, { ...given, rate: 1 });
    if (isRead) requireAffordable(setting);
  });
  const readings = isRead ? readingsOf(await read(readingTasks(setting, seed))) : null;
  const method = recommendedMethod(setting, readings, given);
  return { policy: recommendedPolicy(setting, method, readings), readings, choices: method.choices };
}
