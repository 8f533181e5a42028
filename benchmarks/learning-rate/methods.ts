import type { Experiment } from '../../src/artifacts/experiment.js';
import type { MethodResult } from '../../src/artifacts/results.js';
import { methodSchema, type Method, type MethodInput } from '../../src/training/method.js';

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
}

/** The policy, every fixed rate, the null hypothesis at the pilot's peak, and Schedule-Free: none needs another's result. */
export function independentMethods(experiment: Experiment): BenchmarkMethod[] {
  const { fixed_rates, schedule_free } = benchmarkOptions(experiment);
  return [
    {
      id: 'policy',
      label: 'policy',
      family: 'policy',
      rate: null,
      method: ({ policyPath }) => policyMethod(experiment, policyPath),
    },
    ...fixed_rates.map((rate) => fixedMethod(experiment, rate)),
    ...nullHypotheses(experiment),
    ...(schedule_free === null ? [] : [scheduleFreeMethod(schedule_free.rate, schedule_free.warmup_fraction)]),
  ];
}

/** Methods at the best fixed rate: with the policy's clip, and with decay. */
export function methodsAtBestFixed(experiment: Experiment, rate: number): BenchmarkMethod[] {
  const clipped: BenchmarkMethod = {
    id: `fixed-${rate}-clipped`,
    label: `fixed ${rate}, with the policy's clip`,
    family: 'fixed_clipped',
    rate,
    method: () => resolve(experiment, { schedule: { name: 'constant', rate }, clip: experiment.policy.clip }),
  };
  const decays = benchmarkOptions(experiment).decays.map((name): BenchmarkMethod => ({
    id: `${name}-at-best-fixed`,
    label: `${decayLabel(name)} at the best fixed rate`,
    family: 'decay',
    rate,
    method: () => resolve(experiment, { schedule: { name, peak: rate } }),
  }));
  return [...(experiment.policy.clip === null ? [] : [clipped]), ...decays];
}

/** Training under a policy file, with the clip that the file names. */
function policyMethod(experiment: Experiment, policyPath: string): Method {
  return resolve(experiment, { schedule: { name: 'policy', path: policyPath }, clip: experiment.policy.clip });
}

function fixedMethod(experiment: Experiment, rate: number): BenchmarkMethod {
  const method = resolve(experiment, { schedule: { name: 'constant', rate } });
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
    method: ({ peak }) => resolve(experiment, { schedule: { name, peak, warmup }, clip }),
  }));
}

function scheduleFreeMethod(rate: number, warmup: number): BenchmarkMethod {
  const method = methodSchema.parse({
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

function resolve(experiment: Experiment, input: Omit<MethodInput, 'optimizer'>): Method {
  return methodSchema.parse({ ...input, optimizer: experiment.optimizer });
}

function decayLabel(name: 'linear' | 'wsd'): string {
  return name === 'linear' ? 'linear decay' : 'WSD';
}

/** Benchmark options are complete once the experiment has passed `requireBenchmark`. */
export function benchmarkOptions(experiment: Experiment): NonNullable<Experiment['benchmark']> {
  return experiment.benchmark!;
}
