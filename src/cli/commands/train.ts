import type { Command } from 'commander';
import { HjbLrError } from '../../errors.js';
import { inWorker, type CommandContext } from '../context.js';
import { engineOption, freshOption, outOption, required, seedOption } from '../options.js';
import type { CommandResult } from '../stages.js';

export const configure = (command: Command): Command =>
  command
    .description('adversarial training under a policy or a schedule -> a training log')
    .argument('<experiment>', 'experiment.json')
    .option('--policy <file>', 'policy.json')
    .option(
      '--schedule <spec>',
      'NAME:value or NAME:key=value,...; for example constant:0.4, wsd:peak=0.4,decay=0.2 or sf7',
    )
    .addOption(outOption())
    .addOption(seedOption("seed of the run; the experiment's first by default"))
    .addOption(engineOption())
    .option('--allow-mismatch', 'train under a policy made for another attack, optimizer, batch size or objective')
    .option('--save-weights', 'keep the final weights: NAME.weights.npz, one array for each parameter')
    .addOption(freshOption());

interface TrainFlags {
  readonly policy?: string;
  readonly schedule?: string;
  readonly out?: string;
  readonly seed?: number;
  readonly engine: string;
  readonly allowMismatch?: boolean;
  readonly saveWeights?: boolean;
  readonly fresh?: boolean;
}

export async function run(experimentPath: string, flags: TrainFlags, context: CommandContext): Promise<CommandResult> {
  requireOneSchedule(flags);
  const out = required(flags.out, '--out FOLDER');
  const { policy: policyPath, schedule, seed, engine, allowMismatch, saveWeights, fresh } = flags;
  const { commandLine } = context;
  const chosen = { policyPath, schedule, seed, engine, allowMismatch, saveWeights, fresh };
  const options = { experimentPath, out, ...chosen, commandLine };
  return inWorker('../training/stage.js', 'trainStage', options, context);
}

function requireOneSchedule({ policy, schedule }: TrainFlags): void {
  if ((policy === undefined) !== (schedule === undefined)) return;
  throw new HjbLrError('E_USAGE', 'Give either --policy FILE or --schedule NAME:..., one of the two.', {
    remedy: 'For example: --schedule constant:0.4',
  });
}
