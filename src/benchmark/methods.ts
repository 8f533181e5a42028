import type { Experiment } from '../artifacts/experiment/experiment.js';
import type { Policy } from '../artifacts/policy/policy.js';
import type { MethodResult } from '../artifacts/results/results.js';
import { namedSchedule, type NamedSchedule } from '../schedules/index.js';
import { methodFollowing, methodUnder, resolveMethod, type Method } from '../training/method.js';
import { isAffordable, recommendedSetting, wholeMethodTask } from '../training/recommended/index.js';
import type { Workload } from '../workloads/index.js';
import type { Reading } from '../training/reading.js';

/** One way of training that the benchmark compares, the same for all seeds but for a peak that a pilot chose. */
export interface BenchmarkMethod {
  readonly id: string;
  readonly label: string;
  readonly family: MethodResult['family'];
  /** Learning rate or peak, where all seeds have the same. */
  readonly rate: number | null;
  readonly method: (seed: SeedPreparation) => Method;
}

/** What a seed's own pilot, estimate and solve gave. */
export interface SeedPreparation {
  readonly seed: number;
  readonly peak: number;
  readonly policyPath: string;
  /** What was read there: runs under it do not open the file again. */
  readonly policy: Policy;
  /** The same of the unguarded policy of the solver. */
  readonly hjbPath: string;
  readonly hjb: Policy;
  /** The seed's own D-Adaptation reading, where a schedule by name asks for one. */
  readonly reading: Reading | null;
  /** The recommended method of the seed, which needs no more than its own readings; null where runs are too short for it. */
  readonly recommended: { readonly policy: Policy; readonly path: string } | null;
}

/** The recommended method, where runs are long enough for its readings. */
export function recommendedMethods(workload: Workload, experiment: Experiment): BenchmarkMethod[] {
  const setting = recommendedSetting(experiment, workload, experiment.recommended);
  if (!isAffordable(setting)) return [];
  return [
    {
      id: 'recommended',
      label: 'recommended',
      family: 'recommended',
      rate: null,
      method: ({ recommended }) => wholeMethodTask(recommended!.policy, recommended!.path).method,
    },
  ];
}

/** The guarded policy and the unguarded one, every fixed rate, the null hypothesis at the pilot's peak, Schedule-Free, schedules by name: none needs another's result. */
export function independentMethods(experiment: Experiment): BenchmarkMethod[] {
  const { fixed_rates, schedule_free, named } = benchmarkOptions(experiment);
  return [
    {
      id: 'policy',
      label: 'policy: sgd',
      family: 'policy',
      rate: null,
      method: ({ policyPath }) => policyMethod(experiment, policyPath),
    },
    {
      id: 'policy-hjb',
      label: 'policy: hjb (unguarded)',
      family: 'policy_hjb',
      rate: null,
      method: ({ hjbPath }) => policyMethod(experiment, hjbPath),
    },
    ...fixed_rates.map((rate) => fixedMethod(experiment, rate)),
    ...nullHypotheses(experiment),
    ...(schedule_free === null ? [] : [scheduleFreeMethod(schedule_free.rate, schedule_free.warmup_fraction)]),
    ...named.map((name) => namedMethod(experiment, name)),
  ];
}

/** Methods at the best fixed rate: with the policy's clip, and with decay. */
export function methodsAtBestFixed(experiment: Experiment, rate: number): BenchmarkMethod[] {
  const clipped: BenchmarkMethod = {
    id: `fixed-${rate}-clipped`,
    label: `fixed ${rate}, with the policy's clip`,
    family: 'fixed_clipped',
    rate,
    method: () => methodUnder(experiment, { schedule: { name: 'constant', rate }, clip: experiment.policy.clip }),
  };
  const decays = benchmarkOptions(experiment).decays.map((name): BenchmarkMethod => ({
    id: `${name}-at-best-fixed`,
    label: `${decayLabel(name)} at the best fixed rate`,
    family: 'decay',
    rate,
    method: () => methodUnder(experiment, { schedule: { name, peak: rate } }),
  }));
  return [...(experiment.policy.clip === null ? [] : [clipped]), ...decays];
}

/** Training under a policy file, with the clip that the file names. */
function policyMethod(experiment: Experiment, policyPath: string): Method {
  return resolveMethod(methodFollowing(experiment, policyPath, experiment.policy.clip));
}

/** One rate, held along the whole run. */
export function fixedMethod(experiment: Experiment, rate: number): BenchmarkMethod {
  const method = methodUnder(experiment, { schedule: { name: 'constant', rate } });
  return { id: `fixed-${rate}`, label: `fixed ${rate}`, family: 'fixed', rate, method: () => method };
}

/** The null hypothesis: plain decays at the pilot's own peak, clip and warm-up included, with no model at all. */
function nullHypotheses(experiment: Experiment): BenchmarkMethod[] {
  const { clip, warmup_fraction: warmup } = experiment.policy;
  return benchmarkOptions(experiment).decays.map((name): BenchmarkMethod => ({
    id: `${name}-at-pilot-peak`,
    label: `${decayLabel(name)} at the pilot's peak, no model`,
    family: 'null_hypothesis',
    rate: null,
    method: ({ peak }) => methodUnder(experiment, { schedule: { name, peak, warmup }, clip }),
  }));
}

function scheduleFreeMethod(rate: number, warmup: number): BenchmarkMethod {
  const method = resolveMethod({
    schedule: { name: 'constant', rate, warmup },
    optimizer: { name: 'schedule_free' },
  });
  return {
    id: 'schedule-free',
    label: `Schedule-Free SGD, lr ${rate}`,
    family: 'schedule_free',
    rate,
    method: () => method,
  };
}

/** A whole method at a multiple of the seed's own reading; Schedule-Free is not averaged once more. */
function namedMethod({ optimizer, averaging }: Experiment, name: NamedSchedule): BenchmarkMethod {
  const ofRule = { optimizer, averaging: name === 'h' ? averaging : null };
  return {
    id: name,
    label: NAMED_LABELS[name],
    family: 'named',
    rate: null,
    method: ({ reading }) => methodUnder(ofRule, namedSchedule(name, { reading: reading!.rate })),
  };
}

const NAMED_LABELS: Readonly<Record<NamedSchedule, string>> = {
  sf7: 'SF7: Schedule-Free SGD at 7 readings, clipped',
  sf7k: 'SF7k: SF7, later updates weighted more',
  h: 'H: hold and 30 % linear decay at 1.3 readings, clipped',
};

function decayLabel(name: 'linear' | 'wsd'): string {
  return name === 'linear' ? 'linear decay' : 'WSD';
}

/** Benchmark options are complete once the experiment has passed `requireBenchmark`. */
export function benchmarkOptions(experiment: Experiment): NonNullable<Experiment['benchmark']> {
  return experiment.benchmark!;
}
