import { numberOf } from '../../artifacts/shared/log-number.js';
import type { StudyRun } from '../../artifacts/study/study-results.js';
import type { OpenManifest } from '../../execution/manifest/manifest.js';
import { readResult, type TaskResult } from '../../execution/manifest/task-result.js';
import type { ReportedRun, StudyPlan } from '../plan/reported-runs.js';
import type { ScoreResult, TaskResults, TrainResult } from '../tasks.js';

/** A run that is told of, with what its tasks left; `score` and the time to the target are not known yet. */
export interface CollectedRun {
  readonly run: ReportedRun;
  readonly train: TrainResult | null;
  readonly scored: ScoreResult | null;
  readonly select: TaskResults['select'] | null;
  /** Why there is no run. */
  readonly failure: string | null;
}

/** A network is dead if its final loss is no better than this share of what the best constant prediction gives. */
const DEAD_SHARE = 0.98;

/** What the tasks of every reported run left. @throws E_NOT_FOUND for a task without a result */
export async function collectRuns(folder: string, manifest: OpenManifest, plan: StudyPlan): Promise<CollectedRun[]> {
  const collected: CollectedRun[] = [];
  for (const run of plan.runs) collected.push(await collectRun(folder, manifest, run));
  return collected;
}

async function collectRun(folder: string, manifest: OpenManifest, run: ReportedRun): Promise<CollectedRun> {
  const nothing = { run, train: null, scored: null, select: null };
  if (run.score === null || run.train === null) return { ...nothing, failure: run.left_out };
  const result = async (index: number) => readResult(folder, manifest.task(index));
  const scored = await result(run.score);
  if (scored.status === 'failed') return { ...nothing, failure: scored.error.message };
  const [train, select] = [await result(run.train), run.select === null ? null : await result(run.select)];
  const valueOf = (found: TaskResult | null): unknown => (found?.status === 'done' ? found.result : null);
  return {
    run,
    train: valueOf(train) as TrainResult,
    scored: valueOf(scored) as ScoreResult,
    select: valueOf(select) as TaskResults['select'] | null,
    failure: null,
  };
}

/** The deciding figure of a run; null where it has none. */
export function figureOf({ scored }: CollectedRun, figure: StudyPlan['study']['figure']): number | null {
  return finiteOrNull(scored?.scores[figure]);
}

/** A run as the results tell of it. */
export function studyRun(
  collected: CollectedRun,
  known: Pick<StudyRun, 'score' | 'time_to_target'> & {
    readonly figure: StudyPlan['study']['figure'];
    readonly constantLoss: number;
  },
): StudyRun {
  const { run, train, scored, failure } = collected;
  const { workload, budget, method, repetition, seed } = run;
  const loss = finiteOrNull(scored?.scores.train_robust_loss);
  const { figure, constantLoss, ...ofRun } = known;
  return {
    ...{ workload, budget, method, repetition, seed },
    status: run.left_out !== null ? 'left_out' : failure !== null ? 'failed' : train!.status,
    reason: failure ?? (train!.status === 'diverged' ? train!.reason : null),
    setting: train?.setting ?? null,
    train_robust_loss: loss,
    ...(figure === 'validation_robust_loss' ? { [figure]: figureOf(collected, figure) } : {}),
    test_acc: scored?.scores.test_acc ?? null,
    test_robust_acc: scored?.scores.test_robust_acc ?? null,
    strong_robust_acc: scored?.strong?.robust_acc ?? null,
    dead: loss === null || loss > DEAD_SHARE * constantLoss,
    run_grad_evals: train?.run_grad_evals ?? 0,
    spent_grad_evals: train?.spent ?? 0,
    ...ofRun,
    series: train?.series ?? null,
  };
}

function finiteOrNull(value: ScoreResult['scores']['train_robust_loss'] | undefined): number | null {
  const number = value === undefined ? NaN : numberOf(value);
  return Number.isFinite(number) ? number : null;
}
