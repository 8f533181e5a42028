import { ALLOW_OTHER_NODE, argument, count, FRESH, OUT, required, WORKERS } from '../execution/stage-options.js';
import { defineStage, type StageOptions } from '../execution/stage.js';
import { ENGINE } from '../training/engines/choices.js';

const input = { experimentPath: argument('<experiment>', 'experiment.json') };

const options = {
  out: required(OUT),
  seed: count("seed of the pilot; the experiment's first by default"),
  engine: ENGINE,
  workers: WORKERS,
  fresh: FRESH,
  allowOtherNode: ALLOW_OTHER_NODE,
};

export type PilotStageOptions = StageOptions<typeof input, typeof options>;

/** `hjb-lr pilot`. */
export const PILOT = defineStage({
  name: 'pilot',
  description: 'short training runs that find the peak rate and identify the coefficients -> trajectories/*.jsonl',
  input,
  options,
  load: async () => (await import('./stage.js')).pilotStage,
});
