import path from 'node:path';
import { text } from '../../execution/stage-options.js';
import { STANDARD_INPUT } from '../../standard-input.js';
import { defineCommand } from '../command.js';
import { inWorker } from '../context.js';
import { commandLineOf } from '../shell.js';
import { ESTIMATE } from '../stages.js';

const OUT = text('<folder>', 'folder for the files that are written; that of the logs by default');

/** Above a folder `trajectories`; any other folder of logs itself, and that of a log. */
function folderBeside(logs: string): string {
  if (logs === STANDARD_INPUT) return '.';
  const isFolder = !logs.endsWith('.jsonl') && path.basename(logs) !== 'trajectories';
  return isFolder ? logs : path.dirname(logs);
}

export const estimate = defineCommand({
  ...ESTIMATE,
  options: { ...ESTIMATE.options, out: OUT },
  examples: [
    'estimate runs/pilot/trajectories',
    'estimate logs --horizon 800 --attack pgd.json --batch-size 64 --optimizer sgd --out fit',
    'estimate logs/run-0.jsonl logs/run-1.jsonl --peak 0.4 --out fit',
  ],
  run: async (given, context) => {
    const { experimentPath, trajectories } = given;
    const out = given.out ?? folderBeside(trajectories[0]);
    const done = await inWorker(ESTIMATE, { ...given, out }, context);
    const experiment = experimentPath === undefined ? [] : ['--experiment', experimentPath];
    return { next: commandLineOf('solve', path.join(out, 'coefficients.json'), ...experiment, '--out', out), ...done };
  },
});
