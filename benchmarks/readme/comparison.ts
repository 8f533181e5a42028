import { mean } from 'simple-statistics';
import type { Comparison, Run, Study } from '../recommended/report.js';
import { HALF, RECOMMENDED } from '../recommended/report.js';
import { studentInterval } from '../student-interval.js';

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
  'table-imbalanced': 'imbalanced table, Linf 0.1',
};

export function rowsOf({ comparisons }: Study, attack: Comparison['attack'] = 'own'): Row[] {
  return comparisons.filter((comparison) => comparison.attack === attack).map(rowOf);
}

function rowOf({ workload, name, runs }: Comparison): Row {
  const under = (method: string): Run[] => runs.filter((run) => run.method === method);
  const lossOf = (method: string): number => mean(under(method).map((run) => run.train_robust_loss));
  const rivals = [...new Set(runs.map(({ method }) => method))].filter((one) => one !== RECOMMENDED && one !== HALF);
  const rival = rivals.reduce((best, one) => (lossOf(one) < lossOf(best) ? one : best));
  const rivalRun = ({ seed }: Run): Run => under(rival).find((run) => run.seed === seed)!;
  const percent = (run: Run): number => 100 * (run.train_robust_loss / rivalRun(run).train_robust_loss - 1);
  return {
    name: SHORT[workload] ?? name,
    rival,
    rivalLoss: lossOf(rival),
    loss: lossOf(RECOMMENDED),
    differences: under(RECOMMENDED).map(percent),
    half: under(HALF).map(percent),
    points: under(RECOMMENDED).map((run) => 100 * (run.test_robust_acc - rivalRun(run).test_robust_acc)),
  };
}

/** "−9.6 [−13.9, −5.3]": a mean difference and its 95 % interval. */
export function interval(differences: number[]): string {
  const { mean: centre, interval: ends } = studentInterval(differences);
  return `${signed(centre)} [${ends.map(signed).join(', ')}]`;
}

function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(1)}`;
}
