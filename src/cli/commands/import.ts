import { defineCommand } from '../command.js';
import { inWorker } from '../context.js';
import { commandLineOf } from '../shell.js';
import { IMPORT } from '../stages.js';

export const importCommand = defineCommand({
  ...IMPORT,
  examples: [
    'import run-0.csv run-1.csv --attack none \\\n    --batch-size 64 --optimizer sgd --out logs',
    'import runs/tb-0 runs/tb-1 --rate-is after \\\n    --columns "lr=opt/lr,train_loss=loss/train" \\\n    --first-rate 0.1 --out logs',
    'estimate logs --horizon 800 --out fit',
  ],
  run: async (given, context) => {
    const done = await inWorker(IMPORT, given, context);
    return { next: commandLineOf('estimate', given.out, '--out', given.out), ...done };
  },
});
