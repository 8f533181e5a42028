import {
  clipSchema,
  type ClipSpec,
  type NAMED_SCHEDULES,
  type OptimizerInput,
} from '../artifacts/experiment/experiment.js';
import type { OpenLoopSpec, PlateauSpec } from './spec.js';

export type NamedSchedule = (typeof NAMED_SCHEDULES)[number];

/** A schedule complete, with the optimizer and the clip that its name stands for, if it stands for one. */
export interface ParsedSchedule {
  readonly schedule: OpenLoopSpec | PlateauSpec;
  readonly optimizer?: OptimizerInput;
  readonly clip?: ClipSpec;
}

/** Where a named schedule takes its rate from: a D-Adaptation reading, of which it is a multiple, or its peak itself. */
export type RateSource = { readonly reading: number } | { readonly peak: number };

const MULTIPLES: Readonly<Record<NamedSchedule, number>> = { sf7: 7, sf7k: 7, h: 1.3 };
const RATCHET = clipSchema.parse({ kind: 'ratchet' });

/**
 * Whole ways of training that need no tuning:
 *
 *     sf7    Schedule-Free SGD, beta 0.9, at 7 readings, 5 % warm-up, no decay, ratchet clip
 *     sf7k   the same, the average's weight of update k times k + 1
 *     h      plain SGD at 1.3 readings: 2 % warm-up, hold, straight to 0 over the last 30 %; with the ratchet clip, but
 *            without a clip at a peak that is given, for one that was tuned needs none
 */
export function namedSchedule(name: NamedSchedule, source: RateSource): ParsedSchedule {
  const peak = 'peak' in source ? source.peak : MULTIPLES[name] * source.reading;
  if (name === 'h') {
    const clip = 'peak' in source ? {} : { clip: RATCHET };
    return { schedule: { name: 'wsd', peak, warmup: 0.02, decay: 0.3 }, optimizer: { name: 'sgd' }, ...clip };
  }
  const weighted = name === 'sf7k' ? { weight_update_power: 1 } : {};
  return {
    schedule: { name: 'constant', rate: peak, warmup: 0.05 },
    optimizer: { name: 'schedule_free', beta: 0.9, ...weighted },
    clip: RATCHET,
  };
}
