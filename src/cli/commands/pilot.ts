import path from 'node:path';
import type { Command } from 'commander';
import { EXIT_CODES } from '../../errors.js';
import type { CommandContext } from '../context.js';
import { engineOption, freshOption, outOption, required, seedOption, workersOption } from '../options.js';
import { commandLineOf } from '../shell.js';
import { loadStage, type CommandResult, type RunOptions } from '../stages.js';

export const configure = (command: Command): Command =>
  command
    .description('short training runs that find the peak rate and identify the coefficients -> trajectories/*.jsonl')
    .argument('<experiment>', 'experiment.json')
    .addOption(outOption())
    .addOption(seedOption("seed of the pilot; the experiment's first by default"))
    .addOption(engineOption())
    .addOption(workersOption())
    .addOption(freshOption());

interface PilotFlags extends Pick<RunOptions, 'engine' | 'workers'> {
  readonly out?: string;
  readonly seed?: number;
  readonly fresh?: boolean;
}

export async function run(experimentPath: string, flags: PilotFlags, context: CommandContext): Promise<CommandResult> {
  const out = required(flags.out, '--out FOLDER');
  const { seed, engine, workers } = flags;
  const { pilotStage } = await loadStage('../pilot/stage.js');
  const done = await pilotStage({
    experimentPath,
    out,
    seed,
    engine,
    workers,
    fresh: flags.fresh === true,
    ...context,
  });
  if (done.exitCode !== EXIT_CODES.ok) return done;
  return {
    next: commandLineOf('estimate', path.join(out, 'trajectories'), '--experiment', experimentPath, '--out', out),
    ...done,
  };
}
