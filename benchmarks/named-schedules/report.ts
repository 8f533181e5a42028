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

export interface Figure {
  readonly mean: number;
  /** Over seeds. */
  readonly standard_error: number;
}

export interface Method {
  readonly name: string;
  readonly runs: readonly Run[];
  readonly loss: Figure;
  /** The prototypes' mean loss. */
  readonly reference: number;
  /** Paired by seed. */
  readonly percent_to_sf7: Figure;
  readonly reference_percent_to_sf7: number;
}

export interface Problem {
  readonly id: string;
  readonly name: string;
  /** Mean loss of H over the tuning seeds. */
  readonly grid: readonly { readonly peak: number; readonly loss: number }[];
  readonly tuned: number;
  /** Standard error of a difference of losses that comes from the sets of 4,000 images on which they are taken. */
  readonly set_error: number;
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
    'Final adversarial training loss, PGD-10 on 4,000 training images; mean ± standard error over five seeds.',
    '',
    '| problem | method | loss | prototypes | away: own standard errors | with the sets of images | % against SF7, paired | prototypes | away | robust test acc. % | peak |',
    '|---|---|---|---|---|---|---|---|---|---|---|',
    ...problems.flatMap((problem) => problem.methods.map((method) => row(problem, method))),
    '',
    ...problems.map(gridSentence),
    '',
    `${problems[0].methods[0].runs[0].engine}; ${machineText(machine)}; \`${command}\``,
    '',
  ].join('\n');
}

function row({ id, set_error }: Problem, { name, runs, loss, reference, ...shares }: Method): string {
  const { percent_to_sf7: toSf7, reference_percent_to_sf7: share } = shares;
  const difference = loss.mean - reference;
  const withSets = difference / Math.hypot(loss.standard_error, set_error);
  const paired =
    name === 'sf7'
      ? ['', '', '']
      : [
          `${signed(toSf7.mean, 1)} ± ${toSf7.standard_error.toFixed(1)}`,
          signed(share, 1),
          signed((toSf7.mean - share) / toSf7.standard_error, 1),
        ];
  const cells = [
    id.toUpperCase(),
    LABELS[name],
    `${loss.mean.toFixed(4)} ± ${loss.standard_error.toFixed(4)}`,
    reference.toFixed(4),
    signed(difference / loss.standard_error, 1),
    signed(withSets, 1),
    ...paired,
    average(runs.map((run) => 100 * run.test_robust_acc)).toFixed(1),
    average(runs.map(({ peak }) => peak)).toPrecision(3),
  ];
  return `| ${cells.join(' | ')} |`;
}

function gridSentence({ id, grid, tuned, set_error }: Problem): string {
  const each = grid.map(({ peak, loss }) => `${peak}: ${loss.toFixed(4)}`).join(', ');
  return `- ${id.toUpperCase()}: peak of H ${tuned}, the best of ${each} (means of two other seeds); another set of images moves a loss by ${set_error.toFixed(4)}.`;
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function signed(value: number, digits: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(digits)}`;
}
