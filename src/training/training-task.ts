import type { Policy } from '../artifacts/policy/policy.js';
import type { LogHeader } from '../artifacts/training-log/training-log.js';
import type { EngineChoice } from './engines/choices.js';
import type { ExperimentRecord } from './experiment-record.js';
import type { Method } from './method.js';
import type { Reading } from './reading.js';

/** One training run as JSON: all that a worker process needs. */
export interface TrainingTask {
  readonly record: ExperimentRecord;
  readonly engine: EngineChoice;
  readonly runId: string;
  readonly purpose: string;
  readonly seed: number;
  readonly updates: number;
  /** Updates of the full run that this one belongs to, where its method has another number than the experiment. */
  readonly horizon?: number;
  readonly method: Method;
  /** The policy that the method's schedule names, as it was read: its file is not opened again. */
  readonly policy?: Policy;
  /** Takes and logs the objective's minibatch loss although the schedule does not look at it, and is charged for that. */
  readonly observed?: boolean;
  /** Paths at which the experiment is not what the policy was made for, where that is allowed: the log names them. */
  readonly mismatches?: readonly string[];
  /** Where a schedule by name has its rate from: the log names it. */
  readonly reading?: Reading;
  /** Keeps the state after this update for runs that fork there. */
  readonly forkPoint?: number;
  /** The run that this one goes on from: its log, and what its header says of it. */
  readonly forkedFrom?: { readonly log: string } & NonNullable<LogHeader['forked_from']>;
  /** Whether the final weights are scored, and what the experiment measures is measured on the way. */
  readonly evaluated: boolean;
  /** Keeps the final weights beside the log. */
  readonly saveWeights?: boolean;
  readonly log: string;
}

/** What a task is, before it is known where and by what it runs. */
export type TaskOutline = Omit<TrainingTask, 'record' | 'engine' | 'log'>;
