/** Policies at run time, and nothing else: what a training loop of one's own needs of hjb-lr. */
export { readArtifact } from './artifacts/files.js';
export type { Policy } from './artifacts/policy/policy.js';
export { HjbLrError, type ErrorCode, type Issue } from './errors.js';
export { attachPolicy, checkPolicyTests, clipStep, policySchedule, weightsRule } from './schedules/index.js';
export type {
  AttachedPolicy,
  AttachedState,
  AttachOptions,
  PolicyWarning,
  Schedule,
  WeightsRule,
} from './schedules/index.js';
