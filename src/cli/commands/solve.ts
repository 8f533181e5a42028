import path from 'node:path';
import type { Command } from 'commander';
import { inWorker, type CommandContext } from '../context.js';
import { outOption, required } from '../options.js';
import { commandLineOf } from '../shell.js';
import type { CommandResult } from '../stages.js';

export const configure = (command: Command): Command =>
  command
    .description('the HJB equation of the estimated SDE by finite differences -> solution.json, policy.json')
    .argument('<coefficients>', 'coefficients.json')
    .option('--experiment <file>', 'experiment.json whose solver options apply')
    .addOption(outOption());

export async function run(
  coefficientsPath: string,
  flags: { experiment?: string; out?: string },
  context: CommandContext,
): Promise<CommandResult> {
  const out = required(flags.out, '--out FOLDER');
  const options = { coefficientsPath, experimentPath: flags.experiment, out };
  const done = await inWorker('../synthesis/stage.js', 'solveStage', options, context);
  return {
    next: commandLineOf(
      'train',
      flags.experiment ?? 'EXPERIMENT',
      '--policy',
      path.join(out, 'policy.json'),
      '--out',
      out,
    ),
    ...done,
  };
}
