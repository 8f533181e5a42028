import { HjbLrError } from '../../errors.js';
import { OUT } from '../../execution/stage-options.js';
import { defineCommand, requireGiven } from '../command.js';
import { inWorker } from '../context.js';
import { TRAIN } from '../stages.js';

export const train = defineCommand({
  ...TRAIN,
  // Which of policy and schedule is told before a missing folder.
  options: { ...TRAIN.options, out: OUT },
  run: async (given, context) => {
    requireOneSchedule(given);
    return inWorker(TRAIN, { ...given, out: requireGiven(given.out, '--out FOLDER') }, context);
  },
});

interface Chosen {
  readonly policyPath?: string | undefined;
  readonly schedule?: string | undefined;
}

function requireOneSchedule({ policyPath, schedule }: Chosen): void {
  if ((policyPath === undefined) !== (schedule === undefined)) return;
  throw new HjbLrError('E_USAGE', 'Give either --policy FILE or --schedule NAME:..., one of the two.', {
    remedy: 'For example: --schedule constant:0.4',
  });
}
