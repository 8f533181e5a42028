import type { Command } from 'commander';
import { inWorker, type CommandContext } from '../context.js';
import { countOption, outOption, required, seedOption } from '../options.js';
import type { CommandResult } from '../stages.js';

export const configure = (command: Command): Command =>
  command
    .description(
      'the SDE of adversarial SGD, exactly, from a loss written as an expression: mean field, covariance, drift of first ' +
        'and second order, losses',
    )
    .argument('<file>', 'a file of kind sgd_model')
    .addOption(outOption())
    .option('--html', 'also a page with the fields over the weights, sde.html')
    .option(
      '--control',
      'also the optimal rate by the HJB equation over the weights, as policy.json, and tried in real runs',
    )
    .addOption(countOption('--runs <number>', 'real runs of each method; 10000 by default'))
    .addOption(seedOption('seed of what is found by Monte Carlo; 0 by default'));

interface SdeFlags {
  readonly out?: string;
  readonly html?: boolean;
  readonly seed?: number;
  readonly control?: boolean;
  readonly runs?: number;
}

export async function run(modelPath: string, flags: SdeFlags, context: CommandContext): Promise<CommandResult> {
  const { out, html = false, seed = 0, runs = 10_000 } = flags;
  const control = flags.control === true ? { runs } : undefined;
  if (html) required(out, '--out FOLDER');
  return inWorker('../report/sde-stage.js', 'sdeStage', { modelPath, out, html, seed, control }, context);
}
