import { count, OUT, positiveNumber, required, text } from '../execution/stage-options.js';
import { defineStage, type StageOptions } from '../execution/stage.js';

const options = {
  experimentPath: text('<file>', 'experiment.json that the plan is for'),
  out: required(OUT),
  peak: positiveNumber("plan: largest rate of the runs; that of the experiment's pilot by default"),
  horizon: count('plan: updates of the full run; those of the experiment by default', { least: 1 }),
  attack: text('<file>', 'plan: JSON of the attack of the training, or "none"; that of the experiment by default'),
  batchSize: count('plan: examples of a minibatch; those of the experiment by default', { least: 1 }),
  spent: count('plan: updates that finding the peak took, which count against the budget; none by default'),
  seed: count('seed of the first run; 1 by default'),
};

export type PlanStageOptions = StageOptions<Readonly<Record<never, never>>, typeof options>;

/** `hjb-lr pilot --plan`. */
export const PILOT_PLAN = defineStage({
  name: 'pilot-plan',
  description: 'the identification runs of a pilot as rates, for a trainer in any language',
  input: {},
  options,
  load: async () => (await import('./plan-stage.js')).planStage,
});
