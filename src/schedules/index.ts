import path from 'node:path';
import { readArtifact } from '../artifacts/files.js';
import { openLoopSchedule } from './open-loop.js';
import { policySchedule } from './policy/policy-schedule.js';
import type { Schedule } from './schedule.js';
import type { ScheduleSpec } from './spec.js';

export { parseSchedule, type ParsedSchedule } from './parse.js';
export { attachPolicy, type AttachedPolicy } from './policy/attach.js';
export { policySchedule, type PolicyState } from './policy/policy-schedule.js';
export { failingPolicyTests, policyTestVectors } from './policy/test-vectors.js';
export type { Observation, RateDecision, Schedule } from './schedule.js';
export { scheduleSpecSchema, type ScheduleSpec } from './spec.js';

/**
 * Any schedule, the policy included, from its description.
 *
 * @param baseDirectory - folder that a policy's relative path is relative to
 */
export async function createSchedule(spec: ScheduleSpec, options: { updates: number; baseDirectory: string }): Promise<Schedule> {
  if (spec.name !== 'policy') return (await openLoopSchedule(spec, options.updates)) as Schedule;
  const policy = await readArtifact('policy', path.resolve(options.baseDirectory, spec.path));
  return policySchedule(policy, options) as Schedule;
}
