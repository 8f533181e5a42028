import { argument, count, numbers, OUT, toggle } from '../../execution/stage-options.js';
import { defineStage, type StageOptions } from '../../execution/stage.js';

const input = { modelPath: argument('<file>', 'a file of kind sgd_model') };

const options = {
  out: OUT,
  seed: count('seed of what is found by Monte Carlo; 0 by default'),
  simulate: toggle('real runs against paths of the SDE of both orders: means, variances, quantiles over time'),
  weakOrder: toggle('weak error of the observables against the real iteration over --etas, with its order'),
  longRun: toggle('invariant measure and rate of convergence, against long real runs'),
  robustness: toggle('flows of SGD and of adversarial SGD: input gradient, losses at several --eps'),
  control: toggle('the optimal rate by the HJB equation over the weights, as policy.json, tried in real runs'),
  runs: count('real runs of --simulate, --weak-order, --long-run and of each method of --control'),
  paths: count('paths of the SDE; as many as runs by default'),
  etas: numbers('base rates of --weak-order, 1/40,1/80,1/160,1/320 by default'),
  eps: numbers('budgets of the attack in --robustness'),
};

export type SdeStageOptions = StageOptions<typeof input, typeof options>;

/** `hjb-lr sde`. */
export const SDE = defineStage({
  name: 'sde',
  description:
    'the SDE of adversarial SGD, exactly, from a loss written as an expression: mean field, covariance, drift of first ' +
    'and second order, losses',
  input,
  options,
  load: async () => (await import('./stage.js')).sdeStage,
});
