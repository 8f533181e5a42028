import { longRunSchema, type LongRun } from './long-run.js';
import { robustnessSchema, type Robustness } from './robustness.js';
import { simulationSchema, type Simulation } from './simulation.js';
import { weakOrderSchema, type WeakOrder } from './weak-order.js';

export type { LongRun, Robustness, Simulation, WeakOrder };

/** The sections that `hjb-lr sde` adds where they are asked for. */
export const studySections = {
  weak_order: weakOrderSchema
    .optional()
    .describe('Weak error of the SDE against the real SGD iteration, by eta (--weak-order).'),
  simulation: simulationSchema.optional().describe('Comparison of real SGD runs and paths of the SDE (--simulate).'),
  long_run: longRunSchema.optional().describe('Stationary law and rate of convergence (--long-run).'),
  robustness: robustnessSchema
    .optional()
    .describe('Comparison of the flows of SGD and of adversarial SGD from the same start (--robustness).'),
};

/** Sections of the result. */
export interface Studies {
  readonly weak_order?: WeakOrder;
  readonly simulation?: Simulation;
  readonly long_run?: LongRun;
  readonly robustness?: Robustness;
}
