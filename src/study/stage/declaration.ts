import { argument, FRESH, OUT, required, WORKERS } from '../../execution/stage-options.js';
import { defineStage, type StageOptions } from '../../execution/stage.js';
import { ENGINE } from '../../training/engines/choices.js';

const input = { studyPath: argument('<study>', 'study.json') };

const options = { out: required(OUT), engine: ENGINE, workers: WORKERS, fresh: FRESH };

export type StudyStageOptions = StageOptions<typeof input, typeof options>;

/** `hjb-lr benchmark` of a study. */
export const STUDY = defineStage({
  name: 'study',
  description: 'every method of a study on every workload, budget and seed -> results.json and study.md',
  input,
  options,
  load: async () => (await import('./stage.js')).studyStage,
});
