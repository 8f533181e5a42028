import type {
  BatchSize,
  Experiment,
  OptimizerSpec,
  RecommendedOptions,
} from '../../artifacts/experiment/experiment.js';
import { attackUnder } from '../../attacks/controls.js';
import { createAttack } from '../../attacks/create-attack.js';
import { attackNamed } from '../../attacks/index.js';
import type { TrainingAttackSpec } from '../../attacks/schemas.js';
import { classPriorLoss, isImported, objectiveOf, type Workload } from '../../workloads/index.js';
import { evaluationsPerUpdate } from '../updates/index.js';

/** What the recommended method follows from, beside its readings. */
export interface RecommendedSetting {
  readonly experiment: Experiment;
  readonly workload: Workload;
  /** T. */
  readonly horizon: number;
  /** Gradient evaluations of one update of the experiment. */
  readonly updateCost: number;
  /** The kept attack in the experiment's ball; null where there is none. */
  readonly kept: TrainingAttackSpec | null;
  /** Why there is none; empty where there is one. */
  readonly whyNotKept: string;
  /** H, the loss of the best constant prediction. */
  readonly constantLoss: number;
  readonly optimizer: OptimizerSpec;
  readonly batchSize: BatchSize;
}

/** The facts of an experiment and of its workload, under what is given of the method. */
export function recommendedSetting(
  experiment: Experiment,
  workload: Workload,
  { attack }: RecommendedOptions,
): RecommendedSetting {
  const whyNotKept = attack === 'experiment' ? 'it was asked for' : notKept(workload);
  return {
    experiment,
    workload,
    horizon: experiment.horizon,
    updateCost: evaluationsPerUpdate(workload),
    kept: whyNotKept === '' ? keptAttack(describedAttack(workload)!) : null,
    whyNotKept,
    constantLoss: classPriorLoss(workload),
    optimizer: experiment.optimizer,
    batchSize: experiment.batch_size,
  };
}

/** The objective of the policy file. */
export function objectiveOfSetting({ experiment, workload }: RecommendedSetting) {
  return objectiveOf(experiment, workload);
}

/** What a kept attack is found to lack, in words that follow "The attack is the experiment's: "; empty for nothing. */
function notKept(workload: Workload): string {
  const { attack, training } = workload;
  if (attack === null) return 'training is on clean inputs';
  if (isImported(workload)) return "a module's attack is its own";
  if (training !== undefined && training.type !== 'standard') return `${training.type} has its own ascent`;
  const described = describedAttack(workload);
  if (described === null || !keeps(described)) return `${described?.type ?? 'the attack'} keeps no perturbations`;
  if ((described as { readonly start?: string }).start === 'kept') return 'it keeps perturbations already';
  if ((attackUnder(described, {}) as { readonly eps?: number }).eps === 0) return 'its eps is 0';
  return '';
}

/** As the experiment describes it, its schedules included; null for an attack without a description. */
export function describedAttack({ attack }: Pick<Workload, 'attack'>): TrainingAttackSpec | null {
  if (attack === null || attack.spec === null) return null;
  return attack.description ?? attack.spec;
}

function keeps({ type }: TrainingAttackSpec): boolean {
  return (attackNamed(type) as { readonly keeps?: boolean }).keeps === true;
}

/** One step of the radius from the perturbation of the last visit, in the ball that the described attack ends in. */
function keptAttack(described: TrainingAttackSpec): TrainingAttackSpec {
  const { type, norm, eps, loss } = attackUnder(described, {}) as {
    readonly type: string;
    readonly norm?: string;
    readonly eps: number;
    readonly loss?: string;
  };
  const input = {
    type,
    ...(norm === undefined ? {} : { norm }),
    eps,
    start: 'kept',
    ...(loss === undefined ? {} : { loss }),
  };
  return createAttack(input as unknown as Parameters<typeof createAttack>[0]).spec;
}
