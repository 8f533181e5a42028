import {
  ALLOW_OTHER_NODE,
  argument,
  count,
  FRESH,
  OUT,
  required,
  text,
  toggle,
} from '../../execution/stage-options.js';
import { defineStage, type StageOptions } from '../../execution/stage.js';
import { ENGINE } from '../engines/choices.js';

const input = { experimentPath: argument('<experiment>', 'experiment.json') };

const options = {
  policyPath: text('<file>', 'policy.json', { flag: 'policy' }),
  schedule: text('<spec>', 'NAME:value or NAME:key=value,...; for example constant:0.4, wsd:peak=0.4,decay=0.2 or sf7'),
  out: required(OUT),
  seed: count("seed of the run; the experiment's first by default"),
  engine: ENGINE,
  allowMismatch: toggle('train under a policy made for another attack, optimizer, batch size or objective'),
  saveWeights: toggle('keep the final weights: NAME.weights.npz, one array for each parameter'),
  fresh: FRESH,
  allowOtherNode: ALLOW_OTHER_NODE,
};

export type TrainStageOptions = StageOptions<typeof input, typeof options>;

/** `hjb-lr train`. */
export const TRAIN = defineStage({
  name: 'train',
  description: 'adversarial training under a policy or a schedule -> a training log',
  input,
  options,
  load: async () => (await import('./stage.js')).trainStage,
});
