import { argumentList, count, OUT, positiveNumber, required, text } from '../execution/stage-options.js';
import { defineStage, type StageOptions } from '../execution/stage.js';

const input = { trajectories: argumentList('<trajectories...>', 'training logs (.jsonl), or folders of them') };

const options = {
  experimentPath: text('<file>', 'experiment.json whose estimation and policy options apply', { flag: 'experiment' }),
  out: required(OUT),
  peak: positiveNumber('largest rate of the policy; the largest rate in the logs by default'),
  horizon: count('updates of the full run that the policy is for; that of the logs by default', { least: 1 }),
  batchSize: count('examples of a minibatch; that of the logs by default', { least: 1 }),
  attack: text(
    '<file>',
    'JSON of the attack of the training, an experiment with one, or "none"; that of the logs by default',
  ),
  optimizer: text('<name>', 'update rule, such as sgd,momentum=0.9; that of the logs by default'),
  seed: count("seed of the bootstrap; the first log's by default"),
};

export type EstimateStageOptions = StageOptions<typeof input, typeof options>;

/** `hjb-lr estimate`. */
export const ESTIMATE = defineStage({
  name: 'estimate',
  description: 'training logs -> the controlled SDE of the reduced state, with standard errors -> coefficients.json',
  input,
  options,
  load: async () => (await import('./stage.js')).estimateStage,
});
