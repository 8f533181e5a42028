import path from 'node:path';
import { readArtifact } from '../artifacts/files.js';
import { issuesOf } from '../artifacts/shared/issues.js';
import { HjbLrError } from '../errors.js';
import { openLoopSchedule } from './open-loop.js';
import { plateauSchedule } from './plateau.js';
import { policySchedule } from './policy/policy-schedule.js';
import type { Schedule } from './schedule.js';
import { scheduleSpecSchema, type ScheduleSpec, type ScheduleSpecInput } from './spec.js';

export { createFilter, type FilterState, type FilterUpdate, type StateFilter } from './filters/index.js';
export { namedSchedule, type NamedSchedule, type ParsedSchedule, type RateSource } from './named.js';
export { parseSchedule, type RecommendedRequest, type UnreadSchedule } from './parse.js';
export { scheduleOfRun } from './along-run.js';
export { clipStep, type ClipState } from './clip.js';
export { clippedSchedule, type ClippedState } from './clipped.js';
export {
  attachPolicy,
  type AttachedPolicy,
  type AttachedState,
  type AttachOptions,
  type PolicyWarning,
  type RateTaker,
  type UpdateMetrics,
} from './policy/attach.js';
export { EXPORT_NAMES, exportPolicy, openLoopForm, type ExportedPolicy, type ExportName } from './export/index.js';
export { KEPT_PERTURBATIONS, policyIssues, WEIGHTS_STATE, WHOLE_METHOD } from './policy/check.js';
export { weightsRule, type WeightsRule } from './policy/weights-rule.js';
export { sealedPolicy, sealPolicyFile } from './policy/seal.js';
export { DEFAULT_FALLBACK, exactRates } from './policy/exact-rates.js';
export { policySchedule, type PolicyState } from './policy/policy-schedule.js';
export {
  checkPolicyTests,
  failingPolicyTests,
  policyTestVectors,
  type PolicyTestFailure,
} from './policy/test-vectors.js';
export {
  NOTHING_OBSERVED,
  type Decision,
  type Json,
  type Metric,
  type MetricName,
  type Observation,
  type ObservedMetric,
  type Schedule,
} from './schedule.js';
export { scheduleSpecSchema, type ScheduleSpec, type ScheduleSpecInput } from './spec.js';

/**
 * Any schedule, the policy included, from its description.
 *
 * @param updates - T, length of the run, a positive integer
 * @param baseDirectory - folder that a policy's relative path is relative to
 * @throws E_INVALID with every issue of the description or the length; E_EXPRESSION; what reading a policy file and
 * `policySchedule` throw
 *
 * @example
 * const schedule = await createSchedule({ name: 'linear', peak: 0.4 }, { updates: 800, baseDirectory: '.' });
 * schedule.decide(schedule.init(), { metrics: {} }).controls.learning_rate; // 0.4
 */
export async function createSchedule(
  spec: ScheduleSpecInput,
  options: { updates: number; baseDirectory: string },
): Promise<Schedule> {
  const resolved = resolveSpec(spec);
  if (resolved.name === 'plateau') return plateauSchedule(resolved, options.updates) as Schedule;
  if (resolved.name !== 'policy') return (await openLoopSchedule(resolved, options.updates)) as Schedule;
  const policy = await readArtifact('policy', path.resolve(options.baseDirectory, resolved.path));
  return policySchedule(policy, options) as Schedule;
}

function resolveSpec(spec: ScheduleSpecInput): ScheduleSpec {
  const parsed = scheduleSpecSchema.safeParse(spec, { reportInput: true });
  if (parsed.success) return parsed.data;
  throw new HjbLrError('E_INVALID', 'The schedule is not described well.', {
    remedy: 'Correct these fields of the schedule.',
    issues: issuesOf(parsed.error),
  });
}
