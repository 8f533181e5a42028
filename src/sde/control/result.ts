import type { Answer } from '../../../solvers/index.js';
import type { SdeControl } from '../../artifacts/sde-analysis/sde-control.js';
import { HjbLrError } from '../../errors.js';
import { meanEstimate, ratioEstimate } from '../../math/estimates.js';
import type { SgdModel } from '../model.js';

/** The runs of one method that are reported. */
export interface ReportedRuns {
  readonly name: SdeControl['methods'][number]['name'];
  readonly parameters: Readonly<Record<string, number>>;
  /** Settings that the search for the parameters tried. */
  readonly tried: number;
  readonly outcome: { readonly cost: Float64Array; readonly finalLoss: Float64Array };
}

/** What was controlled, and over how long. */
export interface ControlledProblem {
  readonly control: Pick<SdeControl, 'order'> & Pick<SdeControl['solver'], 'nodes' | 'steps'>;
  readonly updates: number;
  readonly lossMinimum: number;
}

/** What the solver says of the problem and the runs do not. */
type Given = Pick<SdeControl, 'runs' | 'seed' | 'minimizer' | 'policy_id' | 'loss_error'> &
  Partial<Pick<SdeControl, 'mean_rates'>> & { readonly remedy: string };

/**
 * A control as files tell of it: what was solved, and the reported runs of every method.
 * @param reported - the policy first, then what it is compared with
 */
export function controlResult(
  { eta }: SgdModel,
  { control, updates, lossMinimum }: ControlledProblem,
  answer: Answer,
  reported: readonly ReportedRuns[],
  { runs, seed, minimizer, policy_id, mean_rates, loss_error, remedy }: Given,
): SdeControl {
  const value = answer.values[0]!;
  const [first, ...others] = reported;
  const excess = ({ outcome }: ReportedRuns): Float64Array => outcome.finalLoss.map((loss) => loss - lossMinimum);
  return {
    order: control.order,
    updates,
    runs,
    seed,
    loss_min: lossMinimum,
    minimizer,
    solver: {
      status: answer.solution.status,
      remedy,
      nodes: control.nodes,
      steps: control.steps,
      value,
      error: answer.errorEstimates.values[0],
      monotone_value: answer.monotoneValues[0],
      rate_at_start: eta * answer.controls[0]!.u,
      warnings: [...answer.warnings],
    },
    policy_id,
    ...(mean_rates === undefined ? {} : { mean_rates }),
    methods: reported.map((entry) => ({
      name: entry.name,
      parameters: entry.parameters,
      tried: entry.tried,
      cost: meanEstimate(entry.outcome.cost),
      final_loss: meanEstimate(entry.outcome.finalLoss),
      excess_loss: meanEstimate(excess(entry)),
      diverged: entry.outcome.finalLoss.filter((loss) => !Number.isFinite(loss)).length,
    })),
    comparisons: others.map((other) => ({
      against: other.name as SdeControl['comparisons'][number]['against'],
      cost_difference: meanEstimate(other.outcome.cost.map((cost, r) => cost - first.outcome.cost[r])),
      loss_difference: meanEstimate(other.outcome.finalLoss.map((loss, r) => loss - first.outcome.finalLoss[r])),
      excess_ratio: ratioEstimate(excess(other), excess(first)),
      loss_ratio: ratioEstimate(other.outcome.finalLoss, first.outcome.finalLoss),
    })),
    real_less_value: meanEstimate(first.outcome.cost.map((cost) => cost - value)),
    loss_error,
  };
}

/** Time levels that are kept for policy and figures. */
const KEPT_LEVELS = 60;

/** Of how many time steps every one is kept. */
export function keptEvery({ steps }: { readonly steps: number }): number {
  return Math.max(1, Math.floor(steps / KEPT_LEVELS));
}

/** @throws E_NOT_CONVERGED where no value is finite */
export function requireFinite(answer: Answer): Answer {
  if (answer.values[0] !== null && answer.solution.status !== 'non_finite') return answer;
  throw new HjbLrError('E_NOT_CONVERGED', `The control problem has no finite value: ${answer.status}.`, {
    remedy: answer.remedy,
    fields: { status: answer.status, warnings: answer.warnings },
  });
}
