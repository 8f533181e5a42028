import type { Policy } from '../../artifacts/policy/policy.js';
import { isPastHorizon } from './lookup.js';
import type { KnownRule } from './rate-setter.js';

/** What a run under a policy is warned of, each once. */
export interface PolicyWarning {
  readonly code: 'other_optimizer' | 'past_horizon' | 'mostly_out_of_support' | 'mostly_missing';
  readonly message: string;
}

/** Takes a warning; by default `process.emitWarning`, which writes to standard error. */
export type OnWarning = (warning: PolicyWarning) => void;

/** Decisions before shares of them are judged. */
const FEWEST = 50;

/** Says it on standard error, under the name that `node --trace-warnings` and `--disable-warning` know. */
export const emitWarning: OnWarning = ({ code, message }) =>
  process.emitWarning(message, { type: 'HjbLrWarning', code });

/**
 * Watches the decisions of one run and says each trouble once:
 *
 *     other_optimizer         the optimizer takes another step than the one that the policy was made for
 *     past_horizon            update k is decided beyond the length that the policy was made for
 *     mostly_out_of_support   of 50 decisions or more, most found the states outside the support
 *     mostly_missing          of 50 decisions or more, most were shown no loss that could be used
 */
export function watcher(policy: Policy, updates: number, onWarning: OnWarning) {
  const said = new Set<string>();
  const counts = { decisions: 0, out_of_support: 0, missing: 0 };
  const say = (code: PolicyWarning['code'], message: string): void => {
    if (said.has(code)) return;
    said.add(code);
    onWarning({ code, message: `The policy "${policy.name}": ${message}` });
  };
  const judge = (condition: 'out_of_support' | 'missing', what: string): void => {
    const share = counts[condition] / counts.decisions;
    if (counts.decisions < FEWEST || share <= 0.5) return;
    say(`mostly_${condition}`, `${counts[condition]} of ${counts.decisions} updates ${what}`);
  };
  return {
    /** Before the run. */
    start(rule: KnownRule | null): void {
      if (rule === null) return;
      const found = words(rule);
      const { optimizer } = policy;
      const meant = words({ name: optimizer.name, momentum: optimizer.name === 'sgd' ? optimizer.momentum : 0 });
      if (found !== meant) {
        say(
          'other_optimizer',
          `it was made for ${meant}, and this is ${found}. The same rate takes other steps there.`,
        );
      }
    },
    /** After the decision of update k. */
    decided(k: number, reason: string): void {
      counts.decisions += 1;
      if (reason.includes(':out_of_support')) counts.out_of_support += 1;
      if (reason.includes(':missing')) counts.missing += 1;
      if (isPastHorizon(policy, k, updates)) {
        say(
          'past_horizon',
          `update ${k} is past its ${policy.time.horizon} updates; it holds its last values. ${CLOCK}`,
        );
      }
      judge('out_of_support', 'found the states outside its support, where it falls back to its open loop. ' + SUPPORT);
      judge('missing', 'were shown no loss of a recent update. ' + MISSING);
    },
  };
}

const CLOCK = 'Call beforeUpdate once for each update of the weights: not once for each process or each microbatch.';
const SUPPORT = 'The losses are not those of the pilot: check the attack, the batch size and the metric.';
const MISSING = 'Show it the loss of the update before, at every update.';

function words({ name, momentum }: KnownRule): string {
  return momentum === 0 ? name : `${name} with momentum ${momentum}`;
}
