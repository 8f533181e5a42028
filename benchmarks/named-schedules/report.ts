import { machineText, type Machine } from '../machine.js';

export interface Run {
  readonly seed: number;
  /** Final adversarial training loss on 4,000 training images, PGD-10. */
  readonly loss: number;
  readonly test_robust_acc: number;
  /** Largest learning rate of the run. */
  readonly peak: number;
  /** The reading included. */
  readonly n_grad_evals: number;
  readonly seconds: number | null;
  readonly engine: string;
}

export interface Method {
  readonly name: string;
  readonly schedule: string;
  readonly runs: readonly Run[];
  readonly mean: number;
  readonly standard_error: number;
  /** The prototypes' mean. */
  readonly reference: number;
  /** (mean - reference) / standard error of ours alone: the prototypes' is not known. */
  readonly errors_away: number;
}

export interface Problem {
  readonly id: string;
  readonly name: string;
  /** Mean loss of H over the tuning seeds. */
  readonly grid: readonly { readonly peak: number; readonly loss: number }[];
  readonly tuned: number;
  readonly methods: readonly Method[];
}

export interface Study {
  readonly command: string;
  readonly machine: Machine;
  readonly host: Readonly<Record<string, string | null>>;
  readonly problems: readonly Problem[];
}

const LABELS: Readonly<Record<string, string>> = { sf7: 'SF7', sf7k: 'SF7k', h: 'H, tuned' };

/** The study as a table. */
export function reportText({ problems, command, machine }: Study): string {
  return [
    '# Schedules by name against the prototypes',
    '',
    '| problem | method | final adversarial training loss | prototypes | difference | own standard errors | robust test acc. % | peak |',
    '|---|---|---|---|---|---|---|---|',
    ...problems.flatMap((problem) => problem.methods.map((method) => row(problem, method))),
    '',
    ...problems.map(gridSentence),
    '',
    `${problems[0].methods[0].runs[0].engine}; ${machineText(machine)}; \`${command}\``,
    '',
  ].join('\n');
}

function row({ id }: Problem, method: Method): string {
  const accuracy = average(method.runs.map((run) => 100 * run.test_robust_acc));
  const share = (100 * (method.mean - method.reference)) / method.reference;
  const cells = [
    id.toUpperCase(),
    LABELS[method.name],
    `${method.mean.toFixed(4)} ± ${method.standard_error.toFixed(4)}`,
    method.reference.toFixed(4),
    `${signed(share, 1)} %`,
    signed(method.errors_away, 1),
    accuracy.toFixed(1),
    average(method.runs.map(({ peak }) => peak)).toPrecision(3),
  ];
  return `| ${cells.join(' | ')} |`;
}

function gridSentence({ id, grid, tuned }: Problem): string {
  const each = grid.map(({ peak, loss }) => `${peak}: ${loss.toFixed(4)}`).join(', ');
  return `- ${id.toUpperCase()}: peak of H ${tuned}, the best of ${each} (means of two other seeds).`;
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function signed(value: number, digits: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(digits)}`;
}
