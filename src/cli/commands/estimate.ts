import path from 'node:path';
import type { Command } from 'commander';
import { inWorker, type CommandContext } from '../context.js';
import { outOption, required, seedOption } from '../options.js';
import { commandLineOf } from '../shell.js';
import type { CommandResult } from '../stages.js';

export const configure = (command: Command): Command =>
  command
    .description('training logs -> the controlled SDE of the reduced state, with standard errors -> coefficients.json')
    .argument('<trajectories...>', 'training logs (.jsonl), or folders of them')
    .option('--experiment <file>', 'experiment.json whose estimation and policy options apply')
    .addOption(outOption())
    .addOption(seedOption("seed of the bootstrap; the first log's by default"));

interface EstimateFlags {
  readonly experiment?: string;
  readonly out?: string;
  readonly seed?: number;
}

export async function run(
  trajectories: string[],
  flags: EstimateFlags,
  context: CommandContext,
): Promise<CommandResult> {
  const out = required(flags.out, '--out FOLDER');
  const options = { trajectories, experimentPath: flags.experiment, out, seed: flags.seed };
  const done = await inWorker('../estimation/stage.js', 'estimateStage', options, context);
  const experiment = flags.experiment === undefined ? [] : ['--experiment', flags.experiment];
  return { next: commandLineOf('solve', path.join(out, 'coefficients.json'), ...experiment, '--out', out), ...done };
}
