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
    .addOption(outOption());

export async function run(
  coefficientsPath: string,
  flags: { out?: string },
  context: CommandContext,
): Promise<CommandResult> {
  const out = required(flags.out, '--out FOLDER');
  const done = await inWorker('../synthesis/stage.js', 'solveStage', { coefficientsPath, out }, context);
  return {
    next: commandLineOf('train', 'EXPERIMENT', '--policy', path.join(out, 'policy.json'), '--out', out),
    ...done,
  };
}
