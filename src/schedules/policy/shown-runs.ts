import type { Policy, PolicyTest } from '../../artifacts/policy/policy.js';
import type { LogNumber } from '../../artifacts/shared/log-number.js';
import { randomStream } from '../../math/random.js';
import { lossFilter } from './check.js';
import { followVector, type ShownLoss, type ShownRun } from './follow-vector.js';
import { openLoopValue } from './lookup.js';

/** Updates of a short run. */
const LENGTH = 12;
/** Observations spoiled in a row, and how many good ones stand before and behind them. */
const SPOILED = 6;
const BEFORE = 3;
/** Longest run that is recorded whole, and longest warm-up that is followed to its end. */
const LONGEST_WHOLE_RUN = 20000;
/** Ages of losses, gaps and cadences that are followed to their end: vectors do not grow with them beyond. */
const LONGEST_AGE = 1000;
/** Updates and number of the runs with every trouble mixed. */
const MIXED = { length: 24, runs: 10 } as const;
/** Significant digits of an observation: what a logged loss has. */
const DIGITS = 6;

type State = NonNullable<PolicyTest['state']>;

const SPOILERS: readonly (LogNumber | null)[] = [null, 'nan', 'inf', '-inf', -1, 0, 1e-9, 1e9];
const SCALES = [0.5, 0.7, 0.8, 0.9, 0.95, 1, 1.05, 1.1, 1.2, 1.5, 2];

/**
 * What the test vectors of a policy that looks at losses show, from the start of a run or from a saved state. So that a reader fails
 * that leaves any of it out or does two steps in another order, each trouble comes at the start, in the warm-up, behind it and past
 * the horizon:
 *
 * - 11 runs whose loss falls by 3 % an update from 0.5 to 2 times the filter's first predicted loss
 * - 8 kinds of spoiled losses, six in a row behind the warm-up, at the start, and in the warm-up
 * - single outliers; troubles right behind a jump that the ratio limit holds back
 * - nothing observed from the start, for long, and every other time
 * - losses as late as the policy takes them and one update later, out of order, shown twice, at the cadence
 * - states outside the support, low and high, and back
 * - the end of the policy and beyond, with good losses and with each trouble
 * - states saved in the midst of each trouble
 * - updates without a step, and gradient norms that fall, rise, burst and start at 0
 * - runs of other lengths, where the policy allows them
 * - 10 runs with all of it at random
 * - a whole run (horizons up to 20,000), with the loss falling to a quarter
 */
export function shownRuns(policy: Policy): ShownRun[] {
  const { horizon } = policy.time;
  const first = firstLoss(policy);
  const good = (i: number): LogNumber => rounded(first * 0.97 ** (i % LENGTH));
  const patience = Math.min(policy.input?.max_age_updates ?? 1, LONGEST_AGE);
  const warmed = stateAfter(policy, warmupOf(policy) + BEFORE, good);
  const warming = stateAfter(policy, Math.floor(warmupOf(policy) / 2), good);
  const ending = stateBefore(policy, Math.max(0, horizon - BEFORE));
  /** Good losses but for these, given by their place in the run. */
  const run = (
    state: State | undefined,
    length: number,
    spoilt: (i: number) => ShownLoss | undefined = () => undefined,
  ) =>
    shown(state, length, (i) => {
      const value = spoilt(i);
      return value === undefined ? good(i) : value;
    });
  const spoil = (state: State | undefined, spoiler: ShownLoss, before: number, count: number) =>
    run(state, before + count + BEFORE, (i) => (i >= before && i < before + count ? spoiler : undefined));
  const times = (factor: number): ShownLoss => rounded(first * factor);

  const troubled: ShownRun[] = [
    ...SPOILERS.map((spoiler) => spoil(warmed, spoiler, BEFORE, SPOILED + (spoiler === null ? patience - 1 : 0))),
    ...SPOILERS.slice(0, 6).map((spoiler) => spoil(undefined, spoiler, 1, 2 + (spoiler === null ? patience : 0))),
    ...SPOILERS.slice(0, 6).map((spoiler) => spoil(warming, spoiler, 1, 2 + (spoiler === null ? patience : 0))),
    ...[10, 0.1, 100, 0.01, 3, 0.3].map((factor) => spoil(warmed, times(factor), BEFORE, 1)),
    ...[4, 0.25].flatMap((factor) =>
      ([null, 'nan'] as const).map((trouble) =>
        run(warmed, 10 + patience, (i) =>
          i >= 2 && i < 4 ? times(factor) : i >= 4 && i < 6 + patience ? trouble : undefined,
        ),
      ),
    ),
    run(undefined, LENGTH + patience, () => null),
    spoil(warmed, null, 1, Math.min(policy.fallback.max_consecutive_missing, LONGEST_AGE) + 1 + patience),
    run(warmed, LENGTH, (i) => (i % 2 === 1 ? null : undefined)),
    run(warmed, LENGTH + 2 * patience, (i) => (i % (patience + 2) === 0 ? undefined : null)),
    ...[20, 0.02].map((factor) => spoil(warmed, times(factor), BEFORE, SPOILED)),
    run(warmed, LENGTH, (i) => (i % 3 === 2 ? times(20) : undefined)),
    run(warmed, LENGTH, (i) => (i === 3 ? times(20) : i === 4 ? 'nan' : i > 6 ? times(8) : undefined)),
    ...[undefined, 'nan', 'inf', -1, null, times(20)].map((spoiler) =>
      run(ending, BEFORE + LENGTH, (i) => (i >= 1 && i < BEFORE + 3 ? (spoiler as ShownLoss | undefined) : undefined)),
    ),
  ];
  const resumed = (['nan', null, times(20), 'inf', -1] as const).map((trouble) =>
    run(
      followVector(
        policy,
        run(warmed, 4 + patience, (i) => (i >= 3 ? trouble : undefined)),
      ).state!,
      LENGTH,
      (i) => (i === 0 ? trouble : undefined),
    ),
  );
  return [
    ...SCALES.map((scale) => shown(undefined, LENGTH, (i) => rounded(first * scale * 0.97 ** i))),
    ...troubled,
    ...resumed,
    ...late(policy, warmed, good),
    ...stepless(warmed, run),
    ...otherLengths(policy, run),
    ...mixed(policy, first),
    ...(horizon <= LONGEST_WHOLE_RUN
      ? [shown(undefined, horizon + BEFORE, (k) => rounded(first * 0.25 ** (k / horizon)))]
      : []),
  ].map((given) => withNorms(policy, given));
}

/** Before each update of a run nothing, or the loss of the update before. */
function shown(state: State | undefined, length: number, lossOf: (i: number) => ShownLoss): ShownRun {
  const isStart = state === undefined || state.schedule.updates === 0;
  const observations = Array.from({ length: isStart ? length + 1 : length }, (_, i) =>
    isStart ? (i === 0 ? null : lossOf(i - 1)) : lossOf(i),
  );
  return isStart ? { observations } : { state, observations };
}

/** Losses as late as the policy takes them and later, at its cadence with one that is NaN, out of order and twice. */
function late({ input }: Policy, state: State | undefined, good: (i: number) => LogNumber): ShownRun[] {
  if (input === null) return [];
  const cadence = Math.min(input.cadence_updates, LONGEST_AGE);
  const oldest = Math.min(input.max_age_updates, LONGEST_AGE);
  const aged = (age: number): ShownRun => ({
    observations: Array.from({ length: LENGTH + age }, (_, k) => observed(k - age)),
  });
  const observed = (update: number): ShownLoss => (update < 0 ? null : { value: good(update), update });
  const base = state?.schedule.updates ?? 0;
  const from = (places: readonly (number | null)[]): ShownRun => ({
    ...(state === undefined ? {} : { state }),
    observations: places.map((age, i) => (age === null ? null : observed(base + i - age))),
  });
  return [
    aged(oldest),
    aged(oldest + 1),
    shown(undefined, 4 * cadence, (k) => (k % cadence !== 0 ? null : k === 2 * cadence ? 'nan' : good(k))),
    from([1, 1, 2, 3, 1, 2, 1, 1, 3, 1]),
    from([1, 2, 3, 4, 5, 1, 1, 2, 2, 1]),
    from([1, ...Array<null>(oldest + 1).fill(null), oldest + 1, 1, 1, 1]),
  ];
}

/** Updates that make no step, and what a clip may be given. */
function stepless(state: State | undefined, run: (state: State | undefined, length: number) => ShownRun): ShownRun[] {
  const norms: readonly (readonly LogNumber[])[] = [
    [3, 2, 'inf', 2.5, 2, 'nan', 'nan', 1, 4, 2],
    ['inf', 'nan', 2, 1, 3, 2, 1, 1, 1, 1],
    [2, 'inf', 'inf', 'inf', 'inf', 'inf', 2, 2, 2, 2],
    [0, 0, 2, 1, 0, 3, 1e-7, 1, 2, 4],
    [8, 4, 2, 1, 0.5, 0.25, 0.5, 1, 2, 4],
    [1, 2, 4, 8, 16, 32, 16, 1, 1, 64],
    [1e-3, 1e3, 1e-3, 1e3, 1, 1, 1e6, 1, 1, 1],
  ];
  return norms.map((gradient_norms, i) => {
    const given = run(i % 2 === 0 ? state : undefined, LENGTH);
    return { ...given, gradient_norms: padded(gradient_norms, given.observations.length) };
  });
}

function padded(norms: readonly LogNumber[], length: number): LogNumber[] {
  return Array.from({ length }, (_, i) => norms[i % norms.length]);
}

/** Runs that are shorter and longer than the policy: whole where that is short, else their start. */
function otherLengths(
  { time: { stretch, horizon } }: Policy,
  run: (state: State | undefined, length: number) => ShownRun,
): ShownRun[] {
  if (stretch === 'refuse') return [];
  return [0.5, 1.7, 3].map((share) => {
    const updates = Math.max(2, Math.round(share * horizon));
    return { updates, ...run(undefined, Math.min(updates + BEFORE, 4 * LENGTH)) };
  });
}

/** Losses, their ages, troubles and norms at random. */
function mixed({ input }: Policy, first: number): ShownRun[] {
  const stream = randomStream(1, 'policy/test-vectors');
  const pick = <Value>(values: readonly Value[]): Value => values[stream.integer(values.length)];
  return Array.from({ length: MIXED.runs }, () => {
    let level = first;
    const observations = Array.from({ length: MIXED.length }, (_, k): ShownLoss => {
      level *= Math.exp(-0.03 + 0.1 * stream.normal());
      const value = stream.uniform() < 0.15 ? pick(SPOILERS) : rounded(level);
      if (k === 0 || value === null) return null;
      const age = 1 + stream.integer(Math.max(1, Math.min(k, (input?.max_age_updates ?? 1) + 1)));
      return stream.uniform() < 0.3 ? { value, update: Math.max(0, k - age) } : value;
    });
    const gradient_norms = observations.map((): LogNumber =>
      stream.uniform() < 0.1 ? pick(['nan', 'inf', 0]) : rounded(Math.exp(0.5 * stream.normal())),
    );
    return { observations, gradient_norms };
  });
}

/** Where the policy clips, every run has gradient norms: falling, rising above their start, and falling again. */
function withNorms({ clip }: Policy, run: ShownRun): ShownRun {
  if (clip === null || run.gradient_norms !== undefined) return run;
  const gradient_norms = run.observations.map((_, k) => rounded(2 + Math.sin(k) + 3 * Math.exp(-((k - 6) ** 2) / 4)));
  return { ...run, gradient_norms };
}

/** The state after n updates with good losses; undefined for none. */
function stateAfter(policy: Policy, n: number, good: (i: number) => LogNumber): State | undefined {
  if (n === 0 || n > LONGEST_WHOLE_RUN) return undefined;
  const { observations } = shown(undefined, n - 1, good);
  return followVector(policy, withNorms(policy, { observations })).state!;
}

/** A state before update k of a run in which the filter is where it starts, and the controls on their open loop. */
function stateBefore(policy: Policy, k: number): State | undefined {
  if (k === 0) return undefined;
  const { clip, schedule } = followVector(policy, { observations: [] }).state!;
  const { filter } = schedule;
  const guarded = Object.entries(policy.controls).map(([name, control]) => {
    const { min, max } = control.guards;
    return [name, Math.min(max, Math.max(min, openLoopValue(control, k)))] as const;
  });
  return {
    clipped: true,
    clip,
    schedule: {
      ...schedule,
      updates: k,
      filter: filter === null ? null : { ...filter, update: k },
      observed: filter === null ? -1 : k - 1,
      guarded: Object.fromEntries(guarded),
    },
  };
}

/** What the filter expects to see first; 1 for a policy that looks at no loss. */
function firstLoss(policy: Policy): number {
  const filter = lossFilter(policy);
  return filter === null ? 1 : filter.predictedLoss(filter.init());
}

/** Updates of the longest warm-up of any control. */
function warmupOf({ controls }: Policy): number {
  return Math.max(0, ...Object.values(controls).map(({ guards }) => guards.warmup_updates));
}

function rounded(value: number): number {
  return Number(value.toPrecision(DIGITS));
}
