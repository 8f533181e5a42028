import { HjbLrError } from '../../errors.js';
import { defineCommand } from '../command.js';
import { defaultFolder, OUT_BY_DEFAULT } from '../default-folder.js';
import { inWorker } from '../context.js';
import { RECEDING } from '../../receding/declaration.js';
import { TRAIN, TRAIN_RECEDING } from '../stages.js';

export const train = defineCommand({
  ...TRAIN,
  options: { ...TRAIN.options, ...RECEDING, out: OUT_BY_DEFAULT },
  examples: [
    'train experiment.json --policy policy.json',
    'train experiment.json --schedule recommended',
    'train experiment.json \\\n    --schedule wsd:peak=0.4,decay=0.2 --seed 7',
  ],
  run: async ({ receding, at, ...given }, context) => {
    requireOneSchedule({ ...given, receding });
    const out = given.out ?? defaultFolder(given.experimentPath);
    if (receding === undefined && at === undefined) return inWorker(TRAIN, { ...given, out }, context);
    if (receding === undefined) throw withoutReceding();
    const { policyPath: _policy, schedule: _schedule, allowMismatch: _allow, ...others } = given;
    return inWorker(TRAIN_RECEDING, { ...others, receding, at, out }, context);
  },
});

interface Chosen {
  readonly policyPath?: string | undefined;
  readonly schedule?: string | undefined;
  readonly receding?: string | undefined;
}

function withoutReceding(): HjbLrError {
  return new HjbLrError('E_USAGE', '--at goes with --receding TRAJECTORIES alone.', {
    remedy: 'Leave out --at, or name the logs of the pilot: --receding runs/pilot/trajectories.',
  });
}

function requireOneSchedule({ policyPath, schedule, receding }: Chosen): void {
  if ([policyPath, schedule, receding].filter((given) => given !== undefined).length === 1) return;
  throw new HjbLrError('E_USAGE', 'Give one of --policy FILE, --schedule NAME:... and --receding TRAJECTORIES.', {
    remedy: 'For example: --schedule constant:0.4',
  });
}
