import { lossNamed } from '../losses/index.js';
import { lossesOf } from '../networks/loss.js';
import type { Workload } from './workload.js';

/** Stands for the share of a class that has no training example, so that its logarithm is finite. */
const NO_SHARE = 1e-12;

/**
 * The mean training loss of the best prediction that looks at no input: logits ln p_c with the shares p_c of the classes in
 * the training set. For cross-entropy it is the class-prior entropy -sum_c p_c ln p_c, and ln(classes) where all classes
 * are equally frequent.
 *
 * @param workload - its training labels and its loss
 * @returns a loss in the unit of training losses, which a network that still tells inputs apart stays below
 */
export function classPriorLoss({ dataset, loss = 'cross_entropy' }: Pick<Workload, 'dataset' | 'loss'>): number {
  const { classes, train } = dataset;
  const shares = Array.from(
    { length: classes },
    (_, c) => train.labels.reduce((n, label) => n + (label === c ? 1 : 0), 0) / train.count,
  );
  const logits = Array.from({ length: classes }, () => shares.map((share) => Math.log(Math.max(share, NO_SHARE))));
  const ofClass = lossesOf(lossNamed(loss), Float32Array.from(logits.flat()), Int32Array.from(shares.keys()));
  return shares.reduce((sum, share, c) => sum + share * (share === 0 ? 0 : ofClass[c]), 0);
}
