import path from 'node:path';
import { defineCommand } from '../command.js';
import { BENCHMARK } from '../stages.js';
import { runInput, runOptions, runWhole } from './run.js';

export const benchmark = defineCommand({
  description: BENCHMARK.description,
  input: runInput,
  options: runOptions,
  run: (given, context) =>
    runWhole({ ...given, reports: false }, context, (done, out) => ({
      ...done,
      next: `hjb-lr report ${path.join(out, 'results.json')}`,
    })),
});
