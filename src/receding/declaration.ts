import {
  ALLOW_OTHER_NODE,
  argument,
  count,
  FRESH,
  numbers,
  OUT,
  required,
  text,
  toggle,
} from '../execution/stage-options.js';
import { defineStage, type StageOptions } from '../execution/stage.js';
import { ENGINE } from '../training/engines/choices.js';

const input = { experimentPath: argument('<experiment>', 'experiment.json') };

/** What `hjb-lr train` takes besides, to decide again along the run. */
export const RECEDING = {
  receding: text(
    '<trajectories>',
    "the pilot's logs or their folder: decide again along the run, as its own losses join the fit",
  ),
  at: numbers('with --receding, shares of the run before which it decides again; 0.3,0.5,0.65,0.8 by default'),
};

const options = {
  receding: required(RECEDING.receding),
  at: RECEDING.at,
  out: required(OUT),
  seed: count("seed of the run; the experiment's first by default"),
  engine: ENGINE,
  saveWeights: toggle('keep the final weights: NAME.weights.npz, one array for each parameter'),
  fresh: FRESH,
  allowOtherNode: ALLOW_OTHER_NODE,
};

export type RecedingStageOptions = StageOptions<typeof input, typeof options>;

/** `hjb-lr train --receding`. */
export const TRAIN_RECEDING = defineStage({
  name: 'train-receding',
  description: 'adversarial training whose schedule is decided again along the run -> a training log',
  input,
  options,
  load: async () => (await import('./stage.js')).recedingStage,
});
