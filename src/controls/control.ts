import type { z } from 'zod';
import type { AttackSpec, TrainingAttackSpec } from '../artifacts/experiment/attacks.js';
import type { AveragingSpec, BatchSize } from '../artifacts/experiment/experiment.js';

/** What an experiment says of a run before anything is decided along it. */
export interface RunSetting {
  /** null: clean inputs, or an attack of the user's own, which no control reaches. */
  readonly attack: TrainingAttackSpec | null;
  readonly batch_size: BatchSize;
  /** null: the weights themselves are evaluated. */
  readonly averaging: AveragingSpec | null;
  /** T: updates of this run. */
  readonly updates: number;
  /** Updates of the full run that this one belongs to; a pilot's run is shorter. */
  readonly horizon: number;
}

/** What is in force for one update. */
export interface UpdateSettings {
  readonly learningRate: number;
  readonly batchSize: number;
  /** Weight of the newest iterate in the average that is evaluated; null: the optimizer's own rule. */
  readonly averagingWeight: number | null;
  /** null: as in `RunSetting`. */
  readonly attack: AttackSpec | null;
}

/** The values that a control takes along a run if nothing else decides it. */
export interface ControlSchedule {
  /** The value of update k = 0, 1, ..., T - 1. */
  at(k: number): number;
  /** Whether it changes along the run. */
  readonly varies: boolean;
  /** The largest value that it takes. */
  readonly largest: number;
}

/** A quantity that may be set anew before every update, by a schedule or by a policy. */
export interface Control {
  /** As schedules, policy files and logs call it. */
  readonly name: string;
  /** The unit of its values, as policy files state it. */
  readonly unit: string;
  /** What it is, in one sentence. */
  readonly description: string;
  /** Its legal values. */
  readonly value: z.ZodNumber;
  /** Whether its values are whole numbers: a policy's value is then rounded after its guards. */
  readonly isInteger: boolean;
  /** What the experiment itself makes of it; null where it says nothing. */
  ofSetting(setting: RunSetting): ControlSchedule | null;
  /** The settings of an update with this value put in force. */
  apply(settings: UpdateSettings, value: number): UpdateSettings;
}

/** One value for the whole run. */
export function constant(value: number): ControlSchedule {
  return { at: () => value, varies: false, largest: value };
}
