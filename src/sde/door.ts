import type { SgdModelFile } from '../artifacts/sgd-model/sgd-model.js';
import { HjbLrError, type Issue } from '../errors.js';
import { compileExpression } from '../math/expressions.js';
import { compileLoss, type CompiledLoss } from './loss.js';
import { compileRate, type CompiledRate } from './rate.js';

/** Whatever a model file holds as an expression. */
export interface CompiledDoor {
  readonly loss: CompiledLoss;
  readonly rate: CompiledRate;
}

/**
 * Compiles loss and rate, and looks at every other expression of a model.
 * @throws E_EXPRESSION with one issue for each expression that is not legal, by its path
 */
export async function compileDoor(file: SgdModelFile): Promise<CompiledDoor> {
  const issues: Issue[] = [];
  const at = async <Result>(path: string, compile: () => Promise<Result>): Promise<Result | null> => {
    try {
      return await compile();
    } catch (error) {
      if (!(error instanceof HjbLrError)) throw error;
      issues.push({ path, message: error.message });
      return null;
    }
  };
  const loss = await at('loss', () => compileLoss(file));
  const rate = await at('rate.value', () => compileRate(file));
  for (const [path, text, variables] of otherExpressions(file)) {
    await at(path, () => compileExpression(String(text), variables, file.parameters));
  }
  if (loss === null || rate === null || issues.length > 0) throw notLegal(issues);
  return { loss, rate };
}

type Named = readonly [path: string, text: string | number, variables: readonly string[]];

function otherExpressions({ weights, observables, control }: SgdModelFile): Named[] {
  const atEnd = [...weights, 'loss', 'loss_min'];
  const { terminal_cost: terminal = null, running_cost: running = null } = control ?? {};
  return [
    ...observables.map((text, i): Named => [`observables.${i}`, text, weights]),
    ...(terminal === null ? [] : [['control.terminal_cost', terminal, atEnd] as const]),
    ...(running === null ? [] : [['control.running_cost', running, ['t', 'u', ...atEnd]] as const]),
  ];
}

function notLegal(issues: readonly Issue[]): HjbLrError {
  const [{ path, message }] = issues;
  const sentence =
    issues.length === 1 ? `${path}: ${message}` : `${issues.length} expressions of the model are not legal.`;
  return new HjbLrError('E_EXPRESSION', sentence, {
    remedy:
      'Use numbers, the declared names, pi, e, + - * / ^, comparisons, and, or, not, a ? b : c, and the listed functions.',
    issues,
  });
}
