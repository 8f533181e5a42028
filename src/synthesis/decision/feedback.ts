import type { Policy } from '../../artifacts/policy/policy.js';
import { standardErrorOf } from '../../math/estimates.js';
import { randomStream } from '../../math/random.js';
import { mean } from '../../math/vectors.js';
import { NOTHING_OBSERVED, policySchedule, type Observation } from '../../schedules/index.js';
import type { ClosureDraw } from './closure-draws.js';

/** Updates beyond which the closed loop is not simulated, and so not followed. */
const LONGEST = 4000;
const SEED = 0;

/** What the closed loop gains over its own mean trajectory, ln(loss of the trajectory / its own loss). */
export interface FeedbackGain {
  readonly mean: number;
  readonly standardError: number;
}

/**
 * Gain of a feedback policy over its own open loop under the same draws, the same noise of the states and of the minibatches:
 * update by update, with the policy's own filter, guards and warm-up.
 *
 * @returns null for runs that are too long to be simulated so
 */
export function feedbackGain(draws: readonly ClosureDraw[], policy: Policy): FeedbackGain | null {
  const { horizon } = policy.time;
  if (horizon > LONGEST || policy.input === null) return null;
  const replay: Policy = {
    ...policy,
    form: 'open_loop',
    input: null,
    filter: null,
    controls: { learning_rate: { ...policy.controls['learning_rate'], table: null } },
  };
  const gains = draws.map((draw, i) => {
    const [closed, open] = [policy, replay].map((followed) => finalLoss(draw, i, followed));
    return Math.log(open / closed);
  });
  const usable = gains.filter(Number.isFinite);
  if (usable.length < 2) return null;
  return { mean: mean(usable), standardError: standardErrorOf(usable) };
}

/** Loss at the end of a draw's run under a policy that is shown the run's noisy losses. */
function finalLoss(draw: ClosureDraw, index: number, policy: Policy): number {
  const { horizon } = policy.time;
  const schedule = policySchedule(policy, { updates: horizon });
  const [walk, seen] = ['walk', 'seen'].map((name) => randomStream(SEED, `decision/feedback/${name}/${index}`));
  const noise = draw.parameters['observation_deviation'] ?? 0;
  const x = draw.init();
  let state = schedule.init();
  let observation: Observation = NOTHING_OBSERVED;
  for (let update = 0; update < horizon; update += 1) {
    const decided = schedule.decide(state, observation);
    state = decided.state;
    const value = draw.loss(x) * (1 + noise * seen.normal());
    if (policy.input !== null) observation = { metrics: { [policy.input.metric]: { value, update } } };
    const rate = decided.controls.learning_rate!;
    draw.advance(x, rate, 1);
    for (let i = 0; i < x.length; i += 1) x[i] += (rate / draw.scale) * draw.deviations[i] * walk.normal();
  }
  return draw.loss(x);
}
