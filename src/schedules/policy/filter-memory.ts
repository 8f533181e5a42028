import type { Policy } from '../../artifacts/policy/policy.js';
import type { FilterState, StateFilter } from '../filters/index.js';
import type { Metric } from '../schedule.js';
import { isSupported } from './lookup.js';

/** The filter's state before update `update`, with all losses up to then taken in, and the rates in force since. */
export type FilterMemory = {
  readonly update: number;
  readonly mean: readonly number[];
  readonly covariance: readonly number[];
  /** Learning rates of the updates from `update` on. */
  readonly rates: readonly number[];
};

/** What the filter says of the coming update, and what is remembered of it. */
export interface FilteredStates {
  /** States in natural units, as the table takes them. */
  readonly states: readonly number[];
  /** Whether they, and the state at the loss that was just taken in, are inside the support. */
  readonly supported: boolean;
  readonly memory: FilterMemory;
}

/** Before the first update. */
export function initialMemory(filter: StateFilter): FilterMemory {
  const { mean, covariance } = filter.init();
  return { update: 0, mean, covariance, rates: [] };
}

/**
 * The states of the coming update k: from the memory at update n <= m, predict under the rates of updates n to m - 1, take in
 * the loss of update m, and predict under the rates of m to k - 1. Without a loss to take in all is prediction.
 *
 * A loss that would carry the state from inside the support to outside, or out of the positive numbers, is not remembered:
 * the prediction is, so that one outlier cannot lose the state for good.
 *
 * @param loss - finite and positive, of an update that the memory has not passed; null for none
 */
export function filteredStates(
  policy: Policy,
  filter: StateFilter,
  memory: FilterMemory,
  loss: Metric | null,
): FilteredStates {
  const supports = (x: FilterState): boolean => isSupported(policy, filter.stateNames, filter.states(x));
  if (loss === null) {
    const now = advance(filter, memory, memory.rates);
    return { states: filter.states(now), supported: supports(now), memory: shortened(policy, filter, memory) };
  }
  const passed = loss.update - memory.update;
  const rest = memory.rates.slice(passed);
  const predicted = advance(filter, memory, memory.rates.slice(0, passed));
  const updated = filter.update(predicted, loss.value).state;
  const seen = isSound(filter, updated) ? updated : predicted;
  const isInside = seen === updated && supports(seen);
  const kept = advance(filter, !isInside && supports(predicted) ? predicted : seen, rest.slice(0, 1));
  const now = advance(filter, seen, rest);
  return {
    states: filter.states(now),
    supported: isInside && supports(now),
    memory: { update: loss.update + 1, mean: kept.mean, covariance: kept.covariance, rates: rest.slice(1) },
  };
}

/** Predictions under these rates; where the model runs out of the positive numbers, the state stays where it is. */
function advance(filter: StateFilter, state: FilterState, rates: readonly number[]): FilterState {
  return rates.reduce((x, rate) => {
    const next = filter.predict(x, rate);
    return isSound(filter, next) ? next : x;
  }, state);
}

/** No loss that is older than the policy takes can still come: what lies further back is predicted once and for all. */
function shortened({ input }: Policy, filter: StateFilter, memory: FilterMemory): FilterMemory {
  const excess = memory.rates.length - input!.max_age_updates + 1;
  if (excess <= 0) return memory;
  const { mean, covariance } = advance(filter, memory, memory.rates.slice(0, excess));
  return { update: memory.update + excess, mean, covariance, rates: memory.rates.slice(excess) };
}

/** Whether mean and covariance are finite, and the states in natural units positive and finite. */
function isSound(filter: StateFilter, state: FilterState): boolean {
  const finite = state.mean.every(Number.isFinite) && state.covariance.every(Number.isFinite);
  return finite && filter.states(state).every((x) => x > 0 && Number.isFinite(x));
}
