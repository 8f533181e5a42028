import type { SgdModelFile } from '../../artifacts/sgd-model/sgd-model.js';
import { compileExpression, type CompiledExpression } from '../../math/expressions.js';

/** Costs of a control problem: functions of weights, adversarial loss and, while it runs, time and rate u. */
export interface ControlCosts {
  terminal(theta: ArrayLike<number>, loss: number): number;
  running(t: number, theta: ArrayLike<number>, u: number, loss: number): number;
  /** Whether the running cost is a polynomial of degree 2 or less in u, and whether it depends on t. */
  readonly isPolynomial: boolean;
  readonly isTimed: boolean;
  readonly hasRunning: boolean;
}

/**
 * @param lossMinimum - what `loss_min` stands for
 * @throws E_EXPRESSION for an expression that is not legal
 */
export async function compileCosts(
  { weights, parameters, control }: Pick<SgdModelFile, 'weights' | 'parameters' | 'control'>,
  lossMinimum: number,
): Promise<ControlCosts> {
  const names = ['t', 'u', 'loss', 'loss_min', ...weights];
  const compile = (text: string | number | null): Promise<CompiledExpression> =>
    compileExpression(String(text ?? 0), names, parameters);
  const terminal = await compile(control!.terminal_cost);
  const running = await compile(control!.running_cost);
  const values = new Float64Array(names.length);
  const at = (cost: CompiledExpression, t: number, u: number, loss: number, theta: ArrayLike<number>): number => {
    values[0] = t;
    values[1] = u;
    values[2] = loss;
    values[3] = lossMinimum;
    for (let i = 0; i < weights.length; i += 1) values[4 + i] = theta[i];
    return cost.evaluate(values);
  };
  return {
    terminal: (theta, loss) => at(terminal, 0, 0, loss, theta),
    running: (t, theta, u, loss) => at(running, t, u, loss, theta),
    isPolynomial: running.degreeIn('u') <= 2,
    isTimed: running.variables.has('t'),
    hasRunning: control!.running_cost !== null,
  };
}
