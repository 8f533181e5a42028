import path from 'node:path';
import { defineCommand } from '../command.js';
import { commandLineOf } from '../shell.js';
import { BENCHMARK } from '../stages.js';
import { runInput, runOptions, runWhole } from './run.js';
import { engineOptions, runStudy } from './study.js';

export const benchmark = defineCommand({
  description: `${BENCHMARK.description}; or every method of a study on its workloads, budgets and seeds`,
  input: runInput,
  options: { ...runOptions, ...engineOptions },
  examples: ['benchmark experiment.json', 'benchmark experiment.json --dry-run', 'benchmark study.json --dry-run'],
  run: async (given, context) => {
    const { experimentPath } = given;
    if (experimentPath !== undefined && (await isStudy(experimentPath)))
      return runStudy(experimentPath, given, context);
    const { out, engine, workers, fresh, dryRun, printTemplate } = given;
    const ofExperiment = { experimentPath, out, engine, workers, fresh, dryRun, printTemplate };
    return runWhole({ ...ofExperiment, reports: false }, context, (done, folder) => ({
      ...done,
      next: commandLineOf('report', path.join(folder, 'results.json')),
    }));
  },
});

/** By the kind of the file; what cannot be read is told by whoever reads it as an experiment. */
async function isStudy(file: string): Promise<boolean> {
  const { readJson } = await import('../../filesystem.js');
  const value = await readJson(file).catch(() => null);
  return (value as { kind?: unknown } | null)?.kind === 'benchmark_study';
}
