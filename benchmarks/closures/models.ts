import type { ClosureFit, Coefficients } from '../../src/artifacts/coefficients/coefficients.js';
import { estimationSchema, policyOptionsSchema } from '../../src/artifacts/experiment/experiment.js';
import type { TrainingLog } from '../../src/artifacts/training-log/training-log.js';
import { estimateCoefficients } from '../../src/estimation/stage.js';
import { randomStream } from '../../src/math/random.js';
import { closureDraws } from '../../src/synthesis/decision/closure-draws.js';
import type { ModelDraw } from '../../src/synthesis/decision/model-draw.js';
import { meanMinimiser } from '../../src/synthesis/decision/plans.js';
import { openLoopCandidate, type ScheduleCandidate } from '../../src/synthesis/decision/schedule-candidate.js';
import { blockRates, simulatedLosses } from '../../src/synthesis/decision/simulate.js';
import { timeBlocks } from '../../src/synthesis/decision/time-blocks.js';
import { judge, type JudgedRun, type Judgement } from './judge.js';

interface Scored {
  readonly schedule: ScheduleCandidate;
  /** What the whole run came to. */
  readonly loss: number;
}

interface Predicting {
  readonly draws: readonly ModelDraw[];
  readonly horizon: number;
  /** Error that the product adds to the draws, of ln loss; 0: the draws alone. */
  readonly levelError?: number;
}

/** What a model's draws say of a whole run. */
export function judgedRun({ schedule, loss }: Scored, { draws, horizon, levelError = 0 }: Predicting): JudgedRun {
  const run = { blocks: timeBlocks(horizon), horizon, integral: false, seed: 0 };
  const rates = [blockRates(schedule, run.blocks)];
  const stream = randomStream(0, 'judge/level');
  const predicted = draws.map(
    (draw, i) => simulatedLosses(draw, i, rates, run)[0] * Math.exp(levelError * stream.normal()),
  );
  return { schedule: schedule.name, loss, predicted };
}

/** The two-state closure fitted to all whole runs but one, asked about that one, for each in turn: what no pilot can beat. */
export function oracleJudgement(runs: readonly (Scored & { readonly log: TrainingLog })[], seed: number): Judgement {
  const options = {
    estimation: estimationSchema.parse({ closures: ['slow_noise_memory'], bootstrap: 0 }),
    policy: policyOptionsSchema.parse({}),
    name: 'oracle',
  };
  return judge(
    runs.map((run, i) => {
      const others = runs.filter((_, j) => j !== i).map(({ log }) => log);
      const { closures, horizon } = estimateCoefficients(others, options, { seed });
      return judgedRun(run, { draws: closureDraws(closures[0]), horizon });
    }),
  );
}

/** Coefficients that are ablated. */
const ABLATED = ['floor', 'slow_rate', 'noise_gain', 'memory_rate'] as const;

/** Plans of the fitted two-state closure without diffusion, as it is and with one coefficient three times too large or small. */
export function ablatedPlans(
  fit: ClosureFit,
  coefficients: Coefficients,
): { readonly name: string; readonly plan: ScheduleCandidate | null }[] {
  const estimates = Object.fromEntries(Object.entries(fit.parameters).map(([name, { estimate }]) => [name, estimate]));
  const start = fit.states.map((state) => state.start);
  const planned = (name: string, parameters: Record<string, number>) => {
    const draws = closureDraws({ ...fit, posterior: [{ parameters, start }] });
    const run = { horizon: coefficients.horizon, rates: coefficients.rates, integral: false };
    const plan = draws.length === 0 ? null : meanMinimiser(draws, [1], run);
    return { name, plan: plan === null ? null : openLoopCandidate(name, plan, coefficients) };
  };
  const changed = ABLATED.flatMap((name) => [
    planned(`${name} x3`, { ...estimates, [name]: 3 * estimates[name] }),
    planned(`${name} /3`, { ...estimates, [name]: estimates[name] / 3 }),
  ]);
  return [planned('as fitted', estimates), ...changed];
}
