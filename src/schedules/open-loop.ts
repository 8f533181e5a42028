import { HjbLrError } from '../errors.js';
import { compileExpression } from '../math/expressions.js';
import type { RateDecision, Schedule } from './schedule.js';
import type { OpenLoopSpec } from './spec.js';

/** Rate of update k of a run of T updates, k = 0..T-1. */
type RateOfUpdate = (k: number, T: number) => number;

/**
 * A schedule that looks at nothing but the number of updates done. With W = round(warmup T), update k has the factor
 * min(1, (k + 1) / W); a decay that "ends at 0" would be 0 at k = T, so that the last update still moves.
 */
export async function openLoopSchedule(spec: OpenLoopSpec, updates: number): Promise<Schedule<{ updates: number }>> {
  const rateOf = await rateFunction(spec, updates);
  const warmupUpdates = 'warmup' in spec ? Math.round(spec.warmup * updates) : 0;
  return {
    name: spec.name,
    describe: () => spec,
    init: () => ({ updates: 0 }),
    observe: (state) => ({ updates: state.updates + 1 }),
    rate: (state): RateDecision => {
      const k = state.updates - 1;
      const warming = k < warmupUpdates;
      const factor = warming ? (k + 1) / warmupUpdates : 1;
      return { rate: factor * rateOf(k, updates), reason: warming ? 'warmup' : 'schedule' };
    },
  };
}

async function rateFunction(spec: OpenLoopSpec, updates: number): Promise<RateOfUpdate> {
  switch (spec.name) {
    case 'constant':
      return () => spec.rate;
    case 'linear':
      return (k, T) => spec.peak * (1 - k / T);
    case 'wsd':
      return (k, T) => spec.peak * Math.min(1, (T - k) / (spec.decay * T));
    case 'cosine':
      return (k, T) => spec.final + ((spec.peak - spec.final) * (1 + Math.cos((Math.PI * k) / T))) / 2;
    case 'step':
      return (k, T) => spec.peak * spec.factor ** spec.milestones.filter((milestone) => k >= milestone * T).length;
    case 'inverse_time':
      return (k) => spec.peak / (1 + k / spec.half_life);
    case 'piecewise':
      return (k) => spec.rates[Math.min(Math.floor(k / spec.hold), spec.rates.length - 1)];
    case 'expression':
      return expressionRate(spec.rate, updates);
  }
}

/** Compiles the expression and evaluates it at every update at the door: a rate must be finite and positive. */
async function expressionRate(text: string, updates: number): Promise<RateOfUpdate> {
  const expression = await compileExpression(text, ['t', 'T', 's']);
  const rates = Float64Array.from({ length: updates }, (_, k) => expression.evaluate([k, updates, k / updates]));
  const bad = rates.findIndex((rate) => !(rate > 0 && Number.isFinite(rate)));
  if (bad >= 0) {
    throw new HjbLrError('E_EXPRESSION', `The schedule "${text}" gives ${rates[bad]} at update ${bad}; a rate must be positive.`, {
      remedy: 'Correct the expression in t (updates done), T (updates of the run) and s = t / T.',
      fields: { expression: text, update: bad, rate: String(rates[bad]) },
    });
  }
  return (k) => rates[Math.min(k, updates - 1)];
}
