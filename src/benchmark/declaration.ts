import { ALLOW_OTHER_NODE, argument, FRESH, OUT, required, setting, WORKERS } from '../execution/stage-options.js';
import { defineStage, type StageOptions } from '../execution/stage.js';
import { ENGINE } from '../training/engines/choices.js';

const input = { experimentPath: argument('<experiment>', 'experiment.json') };

const options = {
  out: required(OUT),
  engine: ENGINE,
  workers: WORKERS,
  fresh: FRESH,
  allowOtherNode: ALLOW_OTHER_NODE,
  reports: setting<boolean>('whether a report follows, without which the folder is not complete'),
};

export type BenchmarkStageOptions = StageOptions<typeof input, typeof options>;

/** `hjb-lr benchmark`, and what `hjb-lr run` does before its report. */
export const BENCHMARK = defineStage({
  name: 'benchmark',
  description: 'the policy against fixed and tuned rates on fresh seeds -> results.json',
  input,
  options,
  load: async () => (await import('./stage.js')).benchmarkStage,
});
