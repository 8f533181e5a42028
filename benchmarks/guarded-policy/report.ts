import { mean } from 'simple-statistics';
import type { MethodResult, Results } from '../../src/artifacts/results/results.js';
import { machineText, type Machine } from '../machine.js';
import { studentInterval } from '../../src/statistics/mean-interval.js';

/** One workload: the final losses of every method by seed, and what the guarded policy decided. */
export interface Workload {
  readonly name: string;
  readonly figure: string;
  readonly seeds: readonly { readonly seed: number; readonly followed: string; readonly deviated: boolean }[];
  readonly methods: readonly {
    readonly id: string;
    readonly losses: readonly (number | null)[];
    readonly dead: number;
    readonly cost_in_runs: number;
  }[];
  readonly failed_seeds: readonly number[];
}

export interface Study {
  readonly command: string;
  readonly machine: Machine;
  readonly workloads: readonly Workload[];
}

const POLICIES = { policy: 'policy: sgd', 'policy-hjb': 'policy: hjb' } as const;
const WSD = 'wsd-at-pilot-peak';

export function workloadOf({ name, decided_by, seeds, methods, failed_seeds }: Results): Workload {
  const figure = decided_by?.figure ?? 'train_robust_loss';
  const lossesOf = ({ runs }: MethodResult): (number | null)[] => runs.map((run) => run[figure] ?? null);
  return {
    name,
    figure,
    seeds: seeds.map(({ seed, decision }) => ({
      seed,
      followed: decision?.followed ?? 'wsd',
      deviated: decision?.deviated ?? false,
    })),
    methods: methods.map((method) => ({
      id: method.id,
      losses: lossesOf(method),
      dead: method.summary.dead,
      cost_in_runs: method.summary.cost_in_runs,
    })),
    failed_seeds: failed_seeds.map(({ seed }) => seed),
  };
}

export function reportText({ command, machine, workloads }: Study): string {
  const policies = Object.keys(POLICIES) as (keyof typeof POLICIES)[];
  return [
    '# The rate policies against WSD at their own peak and against fixed rates',
    '',
    "Seeds 2000 to 2004; every seed has its own pilot, with the defaults. WSD has the pilot's peak, the same clip and the same warm-up,",
    "and is the schedule that `policy: sgd` falls back to. Differences are paired by seed, in per cent of the other's loss, with the 95 %",
    'interval of the paired t. The best fixed rate is the best of 8 on these very seeds.',
    '',
    '| workload | method | loss | dead of 5 | cost, runs | deviated | against WSD at its peak, % | against the best fixed rate, % |',
    '|---|---|---|---|---|---|---|---|',
    ...workloads.flatMap((workload) => [
      ...policies.map((id) => rowOf(workload, id)),
      rowOf(workload, WSD),
      rowOf(workload, bestFixed(workload)),
    ]),
    '',
    `${machineText(machine)}; \`${command}\``,
    '',
  ].join('\n');
}

function rowOf(workload: Workload, id: string): string {
  const { losses, dead, cost_in_runs } = methodOf(workload, id);
  const best = bestFixed(workload);
  const cells = [
    workload.name,
    POLICIES[id as keyof typeof POLICIES] ?? id,
    losses.every((loss) => loss !== null) ? mean(losses as number[]).toFixed(4) : 'not finite',
    dead,
    cost_in_runs.toFixed(2),
    id === 'policy' ? deviations(workload) : '',
    id === WSD ? '' : difference(workload, id, WSD),
    id === best ? '' : difference(workload, id, best),
  ];
  return `| ${cells.join(' | ')} |`;
}

function deviations({ seeds }: Workload): string {
  const deviated = seeds.filter((seed) => seed.deviated);
  return `${deviated.length} of ${seeds.length}${deviated.length === 0 ? '' : ` (${[...new Set(deviated.map(({ followed }) => followed))].join(', ')})`}`;
}

/** Mean of 100 (loss / other's loss - 1) over the seeds, and its 95 % interval by Student's t. */
function difference(workload: Workload, id: string, other: string): string {
  const others = methodOf(workload, other).losses;
  const ratios = methodOf(workload, id).losses.map((loss, i) =>
    loss === null || others[i] === null ? NaN : 100 * (loss / others[i] - 1),
  );
  const { mean: centre, interval } = studentInterval(ratios);
  return `${signed(centre)} [${interval.map(signed).join(', ')}]`;
}

const signed = (value: number): string => `${value < 0 ? '-' : '+'}${Math.abs(value).toFixed(2)}`;

function methodOf({ methods }: Workload, id: string): Workload['methods'][number] {
  return methods.find((method) => method.id === id)!;
}

function bestFixed({ methods }: Workload): string {
  const meanOf = ({ losses }: Workload['methods'][number]): number =>
    losses.every((loss) => loss !== null) ? mean(losses as number[]) : Infinity;
  const fixed = methods.filter(({ id }) => /^fixed-[0-9.e-]+$/.test(id));
  return fixed.reduce((best, method) => (meanOf(method) < meanOf(best) ? method : best)).id;
}
