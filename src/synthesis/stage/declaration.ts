import { argument, OUT, required, text } from '../../execution/stage-options.js';
import { defineStage, type StageOptions } from '../../execution/stage.js';

const input = { coefficientsPath: argument('<file>', 'coefficients.json') };

const options = {
  experimentPath: text('<file>', 'coefficients: experiment.json whose solver options apply', { flag: 'experiment' }),
  out: required(OUT),
};

export type SolveStageOptions = StageOptions<typeof input, typeof options>;

/** `hjb-lr solve COEFFICIENTS`. */
export const SOLVE = defineStage({
  name: 'solve',
  description: 'the HJB equation of the estimated SDE by finite differences -> solution.json, policy.json',
  input,
  options,
  load: async () => (await import('./stage.js')).solveStage,
});
