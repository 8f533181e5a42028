import type { Policy, PolicyControl } from '../../artifacts/policy/policy.js';
import { controlNamed } from '../../controls/index.js';

/** When a policy that looks at losses falls back on its open loop. */
export const DEFAULT_FALLBACK: Policy['fallback'] = {
  on: ['missing', 'nan', 'inf', 'out_of_support', 'negative'],
  max_consecutive_missing: 5,
};

/** Rates of a warm-up and of a decay to 0 change by any factor at all. */
const NO_GUARDS = { max_up_ratio_per_update: 1e6, max_down_ratio_per_update: 1e6, warmup_updates: 0 };

/** The learning rate as an open loop of which no guard changes any value. */
export function exactRates({ updates, values }: Readonly<PolicyControl['open_loop']>): PolicyControl {
  return {
    unit: controlNamed('learning_rate')!.unit,
    table: null,
    open_loop: { updates: [...updates], values: [...values] },
    guards: { ...NO_GUARDS, min: Math.min(...values), max: Math.max(...values) },
  };
}
