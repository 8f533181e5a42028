import type { BatchSize, StoppingSpec } from '../../artifacts/experiment/experiment.js';
import { batchSizes } from '../../controls/index.js';
import { planStopping, type StoppingPlan } from '../../stopping/index.js';
import type { Workload } from '../../workloads/workload.js';
import type { Method } from '../method.js';
import { evaluationsPerUpdate } from '../updates/index.js';
import { availableForLooks, costOfExample } from './held-out.js';

/** A run whose looks are to be planned. */
export interface LookingRun {
  /** With the attack of the method. */
  readonly workload: Workload;
  /** Length of the run without looks. */
  readonly updates: number;
  readonly batchSize: BatchSize;
  readonly method: Pick<Method, 'optimizer'> & Partial<Pick<Method, 'averaging'>>;
}

/** The looks of a run, within the gradient evaluations of the same run without any; throws as `planStopping`. */
export function planLooks(spec: StoppingSpec, { workload, updates, batchSize, method }: LookingRun): StoppingPlan {
  return planStopping(spec, {
    updates,
    update: evaluationsPerUpdate(workload),
    example: costOfExample(workload),
    batchSize: batchSizes(batchSize, updates).mean,
    available: availableForLooks(workload),
    averages: method.optimizer.name === 'schedule_free' || (method.averaging ?? null) !== null,
  });
}
