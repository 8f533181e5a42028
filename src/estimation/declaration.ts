import { argumentList, count, OUT, required, text } from '../execution/stage-options.js';
import { defineStage, type StageOptions } from '../execution/stage.js';

const input = { trajectories: argumentList('<trajectories...>', 'training logs (.jsonl), or folders of them') };

const options = {
  experimentPath: text('<file>', 'experiment.json whose estimation and policy options apply', { flag: 'experiment' }),
  out: required(OUT),
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
