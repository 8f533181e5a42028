import path from 'node:path';
import type { Command } from 'commander';
import type { CommandContext } from '../context.js';
import type { CommandResult } from '../stages.js';
import { configureRun, runWhole, type RunFlags } from './run.js';

export const configure = (command: Command): Command =>
  configureRun(command.description('the policy against fixed and tuned rates on fresh seeds -> results.json'));

export function run(experiment: string | undefined, flags: RunFlags, context: CommandContext): Promise<CommandResult> {
  return runWhole(experiment, { ...flags, reports: false }, context, (done, out) => ({
    ...done,
    next: `hjb-lr report ${path.join(out, 'results.json')}`,
  }));
}
