import {
  bestRival,
  difference,
  HALF,
  meanLoss,
  paired,
  RECOMMENDED,
  type Comparison,
  type Run,
  type Study,
} from '../recommended/report.js';
import { studentInterval } from '../../src/statistics/mean-interval.js';

/** One workload of the stored study: the method against the rival that is best on the same seeds. */
export interface Row {
  readonly name: string;
  readonly rival: string;
  readonly rivalLoss: number;
  readonly loss: number;
  /** Per cent of the rival's loss, by seed. */
  readonly differences: number[];
  readonly half: number[];
  /** Robust accuracy less the rival's, in points, by seed. */
  readonly points: number[];
}

/** What stands in a narrow column; the study has the whole description. */
const SHORT: Readonly<Record<string, string>> = {
  'mlp-eps-0.2': 'MLP, Linf 0.2',
  'cnn-strided': 'two strided convolutions, Linf 0.1',
  'digits-softmax-l2': 'digits, softmax, L2 0.5',
  'mlp-momentum': 'MLP, Linf 0.1, momentum, weight decay',
  'cnn-pooled': 'three convolutions, pooling, Linf 0.1',
};

export function rowsOf({ comparisons }: Study, attack: Comparison['attack'] = 'own'): Row[] {
  return comparisons.filter((comparison) => comparison.attack === attack).map(rowOf);
}

function rowOf(comparison: Comparison): Row {
  const rival = bestRival(comparison);
  return {
    name: SHORT[comparison.workload] ?? comparison.name,
    rival,
    rivalLoss: meanLoss(comparison, rival),
    loss: meanLoss(comparison, RECOMMENDED),
    differences: paired(comparison, RECOMMENDED, percent),
    half: paired(comparison, HALF, percent),
    points: paired(comparison, RECOMMENDED, difference),
  };
}

function percent(run: Run, rival: Run): number {
  return 100 * (run.train_robust_loss / rival.train_robust_loss - 1);
}

/** "−9.6 [−13.9, −5.3]": a mean difference and its 95 % interval. */
export function interval(differences: number[]): string {
  const { mean: centre, interval: ends } = studentInterval(differences);
  return `${signed(centre)} [${ends.map(signed).join(', ')}]`;
}

function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(1)}`;
}
