import {
  argumentList,
  choice,
  count,
  numbers,
  OUT,
  positiveNumber,
  required,
  text,
} from '../../execution/stage-options.js';
import { defineStage, type StageOptions } from '../../execution/stage.js';

const input = {
  files: argumentList(
    '<files...>',
    'logs of another trainer: a run in each file, or in each folder of TensorBoard or MLflow',
  ),
};

const options = {
  out: required(OUT),
  columns: text('<map>', 'columns by other names: "update=step,lr=learning_rate,train_loss=loss"'),
  reader: text(
    '<name>',
    'how the files are read: tensorboard, mlflow, trainer-state, json, jsonl or table; found by default',
  ),
  rateIs: choice(['before', 'after'], 'whether rates were logged before or after scheduler.step()', {
    default: 'before',
  }),
  firstRate: positiveNumber('rate of the first update, where rates were logged after it'),
  rates: text('<file>', 'rates of the updates, one in each line (a table of update,lr), where the logs hold none'),
  rowsAre: text('<what>', '"updates": each row is one update, in order, where there is no column of updates'),
  until: count('updates to take, from the first', { least: 1 }),
  batchSize: count('examples of a minibatch', { least: 1 }),
  attack: text('<file>', 'JSON of the attack of the training, an experiment with one, or "none"'),
  optimizer: text('<name>', 'update rule, such as sgd,momentum=0.9'),
  horizon: count('updates of the full run that the policy is for; the length of the log by default', { least: 1 }),
  seeds: numbers('seed of the run of each file'),
};

export type ImportStageOptions = StageOptions<typeof input, typeof options>;

/** `hjb-lr import`. */
export const IMPORT = defineStage({
  name: 'import',
  description: "other trainers' logs -> training logs for `hjb-lr estimate`, and what they can identify",
  input,
  options,
  load: async () => (await import('./stage.js')).importStage,
});
