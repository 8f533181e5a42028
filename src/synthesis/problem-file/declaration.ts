import { argument, count, OUT, setting, toggle } from '../../execution/stage-options.js';
import { defineStage, type StageOptions } from '../../execution/stage.js';

const input = { problemPath: argument('<file>', 'a file of kind control_problem') };

const options = {
  out: OUT,
  density: toggle('problem: where the state is under the policy, from the "start" of the file'),
  simulate: count('problem: Monte Carlo of the closed loop, from the "start" of the file', {
    term: '<paths>',
    least: 2,
    most: 1e9,
  }),
  seed: count('problem: seed of the simulation; 0 by default'),
  draw: setting<boolean>('whether the solution keeps the levels that a picture over time needs'),
};

export type ProblemStageOptions = StageOptions<typeof input, typeof options>;

/** `hjb-lr solve PROBLEM`. */
export const SOLVE_PROBLEM = defineStage({
  name: 'solve problem',
  description: 'a control problem of one to three states written as expressions -> value, controls and their errors',
  input,
  options,
  load: async () => (await import('./stage.js')).problemStage,
});
