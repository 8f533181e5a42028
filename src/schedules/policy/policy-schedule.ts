import type { Policy, PolicyControl } from '../../artifacts/policy/policy.js';
import { controlNamed, type ControlName, type Controls } from '../../controls/index.js';
import { requireRunLength } from '../contract.js';
import type { Decision, Metric, Observation, Schedule } from '../schedule.js';
import { lossFilter, requirePolicy } from './check.js';
import { filteredStates, initialMemory, type FilteredStates, type FilterMemory } from './filter-memory.js';
import { guardValue, warmUp, type Proposal } from './guards.js';
import { isPastHorizon, openLoopValue, policyTime, tableValue } from './lookup.js';

/** Everything a policy remembers: JSON, so that a run that goes on is bit-equal to one that never stopped. */
export type PolicyState = {
  /** Decisions made. */
  readonly updates: number;
  /** null without a filter. */
  readonly filter: FilterMemory | null;
  /** The update whose loss was shown last; -1 before the first one. */
  readonly observed: number;
  /** Missing observations in a row. */
  readonly missing: number;
  /** What was wrong with the loss that was shown last; null for nothing. */
  readonly trouble: Trouble | null;
  /** Values after the ratio limit and the clamp, not rounded; null before the first decision. */
  readonly guarded: Controls | null;
};

/** What can be wrong with a loss that is shown. */
type Trouble = 'nan' | 'inf' | 'negative';

type Condition = Policy['fallback']['on'][number];

/**
 * The policy file as a schedule. Update k is decided from the losses of updates up to k - 1, in this order:
 *
 * 1. filter: from the state before the update of the loss, take in the loss if it is finite and positive, then predict under
 *    the rates that were in force up to update k - 1 (`filteredStates`). An observation counts as missing once its age,
 *    k - m for a loss of update m, exceeds `max_age_updates`; before update 0 nothing can be missing.
 * 2. proposal for each control: the table at (time, states), or
 *      NaN, infinity    half of the last learning rate, not below its min; others hold  fallback:nan, fallback:inf
 *                       and then the last value, until another loss is shown            hold:nan, hold:inf
 *      k past the end   the last value                                                  hold:horizon
 *      no loss          the last value, max_consecutive_missing times in a row          hold:missing
 *                       and then the open-loop value                                    fallback:missing
 *      loss <= 0        the open-loop value                                             fallback:negative
 *      outside support  the open-loop value                                             fallback:out_of_support
 *    A condition that `fallback.on` does not list holds the last value (`hold:...`); outside the support the table is
 *    then read at its edge. Where there is no last value yet, the open-loop value takes its place.
 * 3. ratio limit against the last value before its warm-up factor (not for a rate that was just halved)
 * 4. clamp to [min, max]; a control of whole numbers is then rounded, and has no warm-up
 * 5. warm-up factor min(1, (k + 1) / warmup_updates)
 *
 * An update that made no step enters the filter with the rate 0 (`skip`); it counts as an update all the same.
 * A control without a table follows its open-loop values through 3 to 5; a policy without any table looks at no loss.
 * The reason is that of the learning rate, or of the first control without one; a ratio limit or a clamp of another control is
 * named after it.
 *
 * @param updates - length of this run, a positive integer
 * @throws E_VERSION for a feature in `requires` that this reader does not know; E_INVALID for a file that contradicts
 * itself, or if the run's length is not the policy's horizon and `time.stretch` is `refuse`
 */
export function policySchedule(policy: Policy, { updates }: { updates: number }): Schedule<PolicyState> {
  requireRunLength(updates);
  requirePolicy(policy, updates);
  const filter = lossFilter(policy);
  const { input, controls } = policy;
  const names = Object.keys(controls);
  const initial: PolicyState = {
    updates: 0,
    filter: filter === null ? null : initialMemory(filter),
    observed: -1,
    missing: 0,
    trouble: null,
    guarded: null,
  };
  return {
    name: 'policy',
    controls: names as ControlName[],
    observes: input === null ? null : { metric: input.metric, cadence_updates: input.cadence_updates },
    describe: () => ({
      name: policy.whole_method?.name ?? 'policy',
      policy_id: policy.policy_id,
      form: policy.form,
    }),
    largest: (name) => (Object.hasOwn(controls, name) ? controls[name].guards.max : undefined),
    init: () => initial,
    decide(state, observation) {
      const k = state.updates;
      const shown = filter === null ? null : shownLoss(policy, state, observation);
      const loss = shown !== null && isUsable(shown.value) ? shown : null;
      const filtered = filter === null ? null : filteredStates(policy, filter, state.filter!, loss);
      const observed = shown?.update ?? state.observed;
      const trouble = shown === null ? state.trouble : troubleOf(shown.value);
      const condition = filtered === null ? null : conditionOf(policy, k, { observed, trouble, filtered });
      const missing = condition === 'missing' ? state.missing + 1 : 0;
      const situation = { policy, k, updates, condition, isNew: shown !== null, missing, filtered };
      const guarded = names.map((name) => decideControl(situation, name, state.guarded?.[name] ?? null));
      const decision = decisionOf(policy, names, guarded, k);
      const memory = filtered === null ? null : remembered(filtered.memory, decision.controls);
      const values = Object.fromEntries(names.map((name, i) => [name, guarded[i].value]));
      return { state: { updates: k + 1, filter: memory, observed, missing, trouble, guarded: values }, ...decision };
    },
    skip: (state) => (state.filter === null ? state : { ...state, filter: skipped(state.filter) }),
  };
}

/** The loss that the policy is shown and can still take in; null for none, or for one that it has passed. */
function shownLoss({ input }: Policy, { updates: k, observed }: PolicyState, { metrics }: Observation): Metric | null {
  const metric = metrics[input!.metric];
  if (metric === undefined || metric.update <= observed || metric.update >= k) return null;
  return k - metric.update > input!.max_age_updates ? null : metric;
}

interface Seen {
  readonly observed: number;
  readonly trouble: Trouble | null;
  readonly filtered: FilteredStates;
}

function conditionOf({ input }: Policy, k: number, { observed, trouble, filtered }: Seen): Condition | null {
  if (k - observed > input!.max_age_updates) return 'missing';
  return trouble ?? (filtered.supported ? null : 'out_of_support');
}

function troubleOf(loss: number): Trouble | null {
  if (Number.isNaN(loss)) return 'nan';
  if (!Number.isFinite(loss)) return 'inf';
  return loss <= 0 ? 'negative' : null;
}

interface Situation {
  readonly policy: Policy;
  readonly k: number;
  /** Length of the run. */
  readonly updates: number;
  readonly condition: Condition | null;
  /** Whether a loss is shown that was not shown before. */
  readonly isNew: boolean;
  readonly missing: number;
  readonly filtered: FilteredStates | null;
}

/** Steps 2 to 4 of one control, before it is rounded. */
function decideControl(situation: Situation, name: string, last: number | null): Proposal {
  const control = situation.policy.controls[name];
  return guardValue(control.guards, propose(situation, name, control, last), last);
}

/** Step 2. */
function propose(situation: Situation, name: string, control: PolicyControl, last: number | null): Proposal {
  const { policy, k, updates, condition, isNew, missing, filtered } = situation;
  const time = policyTime(policy, k, updates);
  const openLoop = (reason: string): Proposal => ({ value: openLoopValue(control, time), reason });
  const hold = (reason: string): Proposal | null => (last === null ? null : { value: last, reason: `hold:${reason}` });

  const listed = condition !== null && policy.fallback.on.includes(condition);
  if (listed && (condition === 'nan' || condition === 'inf')) {
    const kept = isNew ? null : hold(condition);
    if (kept !== null) return kept;
    const value = last ?? openLoopValue(control, time);
    const reason = `fallback:${condition}`;
    return name === 'learning_rate' ? { value: value / 2, reason, emergency: true } : { value, reason };
  }
  const held = isPastHorizon(policy, k, updates) ? hold('horizon') : null;
  if (held !== null) return held;
  if (filtered === null || control.table === null) return openLoop('open_loop');
  if (condition === null || (condition === 'out_of_support' && !listed)) {
    return { value: tableValue(control.table, [time, ...filtered.states]), reason: 'table' };
  }
  const waits = condition === 'missing' && missing <= policy.fallback.max_consecutive_missing;
  return (listed && !waits ? null : hold(condition)) ?? openLoop(`fallback:${condition}`);
}

/** Rounding and step 5 of every control, and the one reason. */
function decisionOf(policy: Policy, names: readonly string[], guarded: readonly Proposal[], k: number): Decision {
  const warmed = names.map((name, i) => {
    const { value, reason } = warmUp(policy.controls[name].guards, guarded[i], k);
    return { value: controlNamed(name)!.isInteger ? Math.round(value) : value, reason };
  });
  const first = Math.max(0, names.indexOf('learning_rate'));
  const others = names.flatMap((name, i) =>
    i !== first && /^(limit|clamp):/.test(warmed[i].reason) ? [`${name} ${warmed[i].reason}`] : [],
  );
  return {
    controls: Object.fromEntries(names.map((name, i) => [name, warmed[i].value])),
    reason: [warmed[first].reason, ...others].join('; '),
  };
}

function remembered(memory: FilterMemory, { learning_rate }: Controls): FilterMemory {
  return { ...memory, rates: [...memory.rates, learning_rate!] };
}

/** The update that was decided last made no step: its rate was 0. */
function skipped(memory: FilterMemory): FilterMemory {
  return { ...memory, rates: memory.rates.map((rate, i) => (i === memory.rates.length - 1 ? 0 : rate)) };
}

function isUsable(loss: number): boolean {
  return Number.isFinite(loss) && loss > 0;
}
