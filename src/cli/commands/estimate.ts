import path from 'node:path';
import { defineCommand } from '../command.js';
import { inWorker } from '../context.js';
import { commandLineOf } from '../shell.js';
import { ESTIMATE } from '../stages.js';

export const estimate = defineCommand({
  ...ESTIMATE,
  run: async (given, context) => {
    const { experimentPath, out } = given;
    const done = await inWorker(ESTIMATE, given, context);
    const experiment = experimentPath === undefined ? [] : ['--experiment', experimentPath];
    return { next: commandLineOf('solve', path.join(out, 'coefficients.json'), ...experiment, '--out', out), ...done };
  },
});
