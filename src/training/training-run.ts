import type { EvaluationOptions, Objective } from '../artifacts/experiment/experiment.js';
import type { MeasurementSpec } from '../artifacts/experiment/measurements.js';
import type { LogHeader } from '../artifacts/training-log/training-log.js';
import type { Schedule } from '../schedules/schedule.js';
import type { Workload } from '../workloads/workload.js';
import type { StoppingPlan } from '../stopping/index.js';
import type { Engine } from './engines/engine.js';
import type { Method } from './method.js';

/** One run with everything that it depends on, open. */
/** The header of a run of our own, which is always seeded. */
export type RunHeader = LogHeader & { readonly seed: number };

export interface TrainingRun {
  /** Path of the log, ending in `.jsonl`. */
  readonly log: string;
  /** Header of the log: it names everything that the run depends on; seed, batch size and updates are taken from it. */
  readonly header: RunHeader;
  readonly engine: Engine;
  readonly workload: Workload;
  /** What the weights are scored on: the workload itself, unless the method trains against an attack of its own. */
  readonly scored?: Workload;
  readonly schedule: Schedule;
  readonly method: Method;
  /** When the run looks at its held-out loss, of a method that does; never by default. */
  readonly stopping?: StoppingPlan | null;
  /** Whose minibatch loss the schedule is shown. */
  readonly objective: Objective;
  /** Whether that loss is taken and logged at every update; by default only as the schedule looks at it. */
  readonly observed?: boolean;
  /** How the final weights are scored; null: not at all. */
  readonly evaluation: EvaluationOptions | null;
  /** Scores the weights every so many updates too; at the end alone by default. */
  readonly evaluateEvery?: number;
  /** What is measured along the run; nothing by default. It costs gradient evaluations and leaves the weights as they are. */
  readonly measurements?: readonly MeasurementSpec[];
  /** Keeps the final weights of a run that completes, in a file beside its log that the end row names; false by default. */
  readonly saveWeights?: boolean;
  /** Updates between two checkpoints, 100 by default. */
  readonly checkpointEvery?: number;
  /**
   * Share of the time that checkpoints of a run with kept perturbations, which are large, may cost: they are left out until
   * they are within it; 0.02 by default.
   */
  readonly checkpointShare?: number;
  /** Keeps the checkpoint after this update under `forkPointLog`, for runs that fork there; none by default. */
  readonly keepCheckpointAt?: number;
  /** Records of the same run under another Node, whose logs and checkpoints it goes on with; none by default. */
  readonly continues?: readonly string[];
  /** Called after every update with the number of updates done. */
  readonly onProgress?: (update: number) => void;
}

/** A run with every option filled in. */
export type ResolvedRun = Required<TrainingRun>;
