import type { Method } from '../training/method.js';
import type { Coefficients } from '../artifacts/coefficients/coefficients.js';
import type { Policy } from '../artifacts/policy/policy.js';
import type { LogEvaluation, TrainingLog } from '../artifacts/training-log/training-log.js';
import type { Reading } from '../training/reading.js';
import type { NamedSchedule } from '../schedules/index.js';
import type { Series } from '../artifacts/results/results.js';

/** Inputs of the kinds of tasks, by kind. `record` names one of the shared records. */
export interface TaskInputs {
  /** What a method needs to know before its run. */
  readonly pilot: { readonly record: string; readonly seed: number; readonly part: PilotPart };
  /** Needs: a pilot of part `identification`. `exchanged`: of the rates of its ends, for a control. */
  readonly estimate: { readonly record: string; readonly seed: number; readonly exchanged: boolean };
  /** Needs: an estimate. */
  readonly solve: { readonly record: string };
  /** Needs: the scores of every setting on every tuning seed, setting by setting. */
  readonly select: { readonly settings: readonly Setting[]; readonly seeds: number };
  /** Needs: what `from` says. */
  readonly train: { readonly record: string; readonly seed: number; readonly from: MethodSource };
  /** Needs: a train. */
  readonly score: { readonly record: string; readonly strong: boolean };
}

export type PilotPart = 'identification' | 'reading' | 'recommended';

/** A method with the values of the grid that it stands for. */
export interface Setting {
  readonly values: Readonly<Record<string, number>>;
  readonly method: Method;
}

/** Where the method of a run comes from. */
export type MethodSource =
  | { readonly from: 'setting'; readonly setting: Setting }
  | { readonly from: 'select' }
  | { readonly from: 'policy'; readonly guarded: boolean }
  | { readonly from: 'open_loop' }
  | { readonly from: 'pilot_peak'; readonly schedule: string }
  | { readonly from: 'reading'; readonly schedule: NamedSchedule }
  | { readonly from: 'recommended' };

/** Results of the kinds of tasks, by kind; `spent` is charged to every method that needs it, in gradient evaluations. */
export interface TaskResults {
  readonly pilot:
    | { readonly part: 'identification'; readonly logs: readonly TrainingLog[]; readonly spent: number }
    | { readonly part: 'reading'; readonly reading: Reading; readonly spent: number }
    | { readonly part: 'recommended'; readonly policy: Policy; readonly spent: number };
  readonly estimate: { readonly coefficients: Coefficients; readonly spent: number };
  readonly solve: { readonly policy: Policy; readonly hjb: Policy; readonly followed: string; readonly spent: number };
  readonly select: {
    readonly setting: Setting;
    /** Mean figure of every setting over the tuning seeds; null where a run ended without one. */
    readonly figures: readonly (number | null)[];
    readonly spent: number;
  };
  readonly train: TrainResult;
  readonly score: ScoreResult;
}

export interface TrainResult {
  readonly status: 'completed' | 'diverged';
  readonly reason: string | null;
  readonly setting: Readonly<Record<string, number>> | null;
  /** Gradient evaluations of the run, and of what was spent before it. */
  readonly run_grad_evals: number;
  readonly spent: number;
  /** Scores along the run, with the gradient evaluations of the run until then. */
  readonly curve: readonly { readonly update: number; readonly grad_evals: number; readonly loss: number | null }[];
  readonly series: Series;
}

export interface ScoreResult {
  readonly scores: LogEvaluation;
  /** Robust test accuracy under the strong attack; null where none was asked for. */
  readonly strong: { readonly attack: string; readonly robust_acc: number; readonly examples: number } | null;
  readonly run_grad_evals: number;
  readonly spent: number;
}
