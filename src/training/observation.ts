import type { Objective } from '../artifacts/experiment/experiment.js';
import { observedColumn, type LogStep } from '../artifacts/training-log/training-log.js';
import type { MetricName } from '../schedules/index.js';
import { randomStream, resumeStream, type RandomState } from '../math/random.js';
import type { Network, LabelledInputs } from '../networks/network.js';
import type { Attack } from '../attacks/array-attack.js';
import type { Workload } from '../workloads/workload.js';
import { logNumber } from '../artifacts/shared/log-number.js';
import type { ResolvedRun } from './training-run.js';
import { drawIndices, gatherBatch, lossOf, meanLoss, perturbInputs } from './minibatch.js';

/** What the loop has at hand when it asks what the schedule may see. */
export interface ObservationPoint {
  /** With the weights loaded at which the gradient was taken. */
  readonly network: Network;
  readonly batch: LabelledInputs;
  /** The attack in force. */
  readonly attack: Attack | null;
  /** The minibatch's loss at the perturbed inputs, computed for the update anyway. */
  readonly trainingLoss: number;
}

/** What the schedule is shown, the log columns that hold it, and the gradient evaluations it cost. */
export interface Observed {
  /** null: nothing was looked at. */
  readonly loss: number | null;
  readonly columns: Partial<LogStep>;
  readonly cost: number;
}

export interface Observer {
  observe(point: ObservationPoint): Observed;
  state(): Readonly<Record<string, RandomState>>;
}

/** The observer of a run in which nobody looks. */
export const NO_OBSERVER: Observer = {
  observe: () => ({ loss: null, columns: {}, cost: 0 }),
  state: () => ({}),
};

/**
 * Gradient evaluations that one look at the objective's minibatch loss costs beyond the update's own.
 * @param attackEvaluations - those of the attack in one update; 0 without one
 */
export function observationCost(objective: Objective, attackEvaluations: number): number {
  return metricCost(observedColumn(objective, attackEvaluations > 0), attackEvaluations);
}

function metricCost(metric: MetricName, attackEvaluations: number): number {
  switch (metric) {
    case 'train_robust_loss':
      return 0;
    case 'train_loss':
      return attackEvaluations > 0 ? 1 : 0;
    case 'val_loss':
      return 1;
    case 'val_robust_loss':
      return 1 + attackEvaluations;
  }
}

/** The observer of a whole run: it looks at every update at which the schedule, or the log, asks for the loss. */
export interface RunObserver {
  /** Whether the schedule is shown the loss of this update. */
  shows(update: number): boolean;
  /** null: nobody looks. */
  readonly metric: MetricName | null;
  observe(point: ObservationPoint & { readonly update: number }): Observed;
  state(): Readonly<Record<string, RandomState>>;
}

/** @param resumed - random positions of a checkpoint; null for a fresh run */
export function observerOf(run: ResolvedRun, resumed: ObserverOptions['resumed']): RunObserver {
  const { schedule, observed, objective, workload, header } = run;
  const logged = observed ? observedColumn(objective, workload.attack !== null) : null;
  const metric = schedule.observes?.metric ?? logged;
  if (metric === null) return { metric, shows: () => false, ...NO_OBSERVER };
  const observer = createObserver(workload, metric, { seed: header.seed, resumed });
  const cadence = schedule.observes?.cadence_updates ?? 1;
  const shows = (update: number): boolean => update % cadence === 0;
  return {
    metric,
    shows,
    observe: (point) => (observed || shows(point.update) ? observer : NO_OBSERVER).observe(point),
    state: observer.state,
  };
}

interface ObserverOptions {
  readonly seed: number;
  /** Random positions of a checkpoint; null for a fresh run. */
  readonly resumed: Readonly<Record<string, RandomState>> | null;
}

/**
 * Shows the schedule the minibatch loss that it looks at. The training split's loss at the perturbed inputs is free; its
 * clean loss costs one evaluation; a validation loss is taken on a minibatch of the same size from streams of its own,
 * and costs one evaluation and those of the attack, if the metric is adversarial.
 */
export function createObserver(workload: Workload, metric: MetricName, options: ObserverOptions): Observer {
  switch (metric) {
    case 'train_robust_loss':
      return updateLoss();
    case 'train_loss':
      return workload.attack === null ? updateLoss() : cleanTrainingLoss(workload);
    default:
      return validationLoss(workload, metric, options);
  }
}

/** The loss of the update itself, whose column the loop writes anyway. */
function updateLoss(): Observer {
  return { observe: ({ trainingLoss }) => ({ loss: trainingLoss, columns: {}, cost: 0 }), state: () => ({}) };
}

function cleanTrainingLoss(workload: Workload): Observer {
  return {
    observe({ network, batch }) {
      const loss = meanLoss(network, batch, lossOf(workload));
      return { loss, columns: { train_loss: logNumber(loss) }, cost: 1 };
    },
    state: () => ({}),
  };
}

function validationLoss(
  workload: Workload,
  column: 'val_loss' | 'val_robust_loss',
  { seed, resumed }: ObserverOptions,
): Observer {
  const stream = (name: string) => (resumed === null ? randomStream(seed, name) : resumeStream(resumed[name]));
  const batches = stream('validation/batches');
  const noise = stream('validation/attack');
  const { validation } = workload.dataset;
  const loss = lossOf(workload);
  const attacked = column === 'val_robust_loss';
  return {
    observe({ network, attack, batch: { labels } }) {
      const batch = gatherBatch(validation, drawIndices(validation.count, labels.length, batches));
      const inputs = perturbInputs(network, batch, { loss, attack: attacked ? attack : null, stream: noise });
      const seen = meanLoss(network, { inputs, labels: batch.labels }, loss);
      const cost = 1 + (attacked && attack !== null ? attack.gradientEvaluations : 0);
      return { loss: seen, columns: { [column]: logNumber(seen) }, cost };
    },
    state: () => ({ 'validation/batches': batches.state(), 'validation/attack': noise.state() }),
  };
}
