import { defineCommand } from '../command.js';
import { inWorker } from '../context.js';
import { commandLineOf } from '../shell.js';
import { IMPORT } from '../stages.js';

const EXAMPLES = `
Examples:
  hjb-lr import run-0.csv run-1.csv --batch-size 64 --optimizer sgd --attack none --out logs
  hjb-lr import lightning_logs/version_0/metrics.csv --attack pgd.json --batch-size 64 --optimizer sgd --out logs
  hjb-lr import runs/tb-0 runs/tb-1 --columns "lr=opt/lr,train_loss=loss/train" --rate-is after --first-rate 0.1 ...
  hjb-lr estimate logs --horizon 800 --out fit`;

export const importCommand = defineCommand({
  ...IMPORT,
  examples: EXAMPLES,
  run: async (given, context) => {
    const done = await inWorker(IMPORT, given, context);
    return { next: commandLineOf('estimate', given.out, '--out', given.out), ...done };
  },
});
