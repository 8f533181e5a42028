import { HjbLrError, type Issue } from '../errors.js';
import type { Cell, ImportedRun } from './log-reader.js';

/** Columns of means over epochs, by which some trainers log nothing else. */
const EPOCH_MEANS = /^(train(ing)?_)?((epoch_(robust_)?loss)|((robust_)?loss_epoch))$/i;

const SHORT_RUNS =
  'Log every update of two runs of 50 updates or more, with different seeds and a rate that falls to a tenth for a while: ' +
  '`hjb-lr pilot --plan` prints such rates, and docs/importing-logs.md has a callback that logs them.';

/** @throws E_DATA for a log with one row for each epoch, saying what it identifies, what it does not, and which run would */
export function refuseEpochs(run: ImportedRun, file: string): void {
  if (!isByEpoch(run)) return;
  throw new HjbLrError('E_DATA', `${file} has one row for each epoch, not for each update.`, {
    remedy: `${SHORT_RUNS} Where an epoch is one update, give --rows-are updates.`,
    issues: [
      { path: 'diffusion', message: 'not identified: the mean over an epoch has no minibatch noise in it' },
      driftIssue(run.columns['lr']),
    ],
    fields: { file },
  });
}

function isByEpoch({ columns }: ImportedRun): boolean {
  const names = Object.keys(columns);
  const hasLoss = columns['train_loss'] !== undefined || columns['train_robust_loss'] !== undefined;
  if (!hasLoss) return names.some((name) => EPOCH_MEANS.test(name.replaceAll(/[\s./:-]+/g, '_')));
  if (columns['epoch'] === undefined) return false;
  const epochs = columns['epoch'].filter((cell) => cell !== null);
  const isCounted = epochs.every(
    (epoch, row) => Number.isInteger(epoch) && (row === 0 || epoch === epochs[row - 1] + 1),
  );
  if (!isCounted || epochs.length === 0) return false;
  const { update } = columns;
  // Steps beside the epochs, one row in every epoch: their means, logged at the last step of each.
  return (
    update === undefined ||
    (update.length > 1 && update.every((value, row) => row === 0 || value! > update[row - 1]! + 1))
  );
}

function driftIssue(rates: readonly Cell[] | undefined): Issue {
  const told = rates?.filter((rate) => rate !== null) ?? [];
  if (told.length === 0) {
    return { path: 'drift', message: 'not identified: there is no column of rates' };
  }
  if (new Set(told).size === 1) {
    return { path: 'drift', message: `not told from noise: the rate is ${told[0]} throughout` };
  }
  const message = 'only the mean fall of the loss from epoch to epoch shows, not what a rate does within one';
  return { path: 'drift', message };
}
