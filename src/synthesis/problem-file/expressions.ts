import type { BoundarySpec, ControlProblemFile, Expression } from '../../artifacts/control-problem/control-problem.js';
import { HjbLrError, type Issue } from '../../errors.js';
import { compileExpression, type CompiledExpression } from '../../math/expressions.js';

/** A face whose condition is an expression, or the name of one that needs none. */
export type CompiledBoundary =
  Extract<BoundarySpec, string> | { readonly dirichlet: CompiledExpression } | { readonly slope: CompiledExpression };

export type CompiledControl =
  { readonly lower: CompiledExpression; readonly upper: CompiledExpression } | { readonly values: readonly number[] };

/** Every expression of a problem file, parameters filled in. Uncertain parameters are variables. */
export interface ProblemExpressions {
  readonly drift: readonly CompiledExpression[];
  /** Row by row. */
  readonly covariance: readonly CompiledExpression[];
  readonly runningCost: CompiledExpression;
  readonly terminalCost: CompiledExpression;
  readonly controls: readonly CompiledControl[];
  readonly faces: readonly (readonly [CompiledBoundary, CompiledBoundary])[];
  readonly obstacle: CompiledExpression | null;
}

/**
 * Compiles every expression of a problem file.
 * @throws E_EXPRESSION with one issue for each expression that is not legal, by its path
 */
export async function compileExpressions(file: ControlProblemFile): Promise<ProblemExpressions> {
  const { of, issues } = compiler(file);
  const states = file.states.map(({ name }) => name);
  const time = file.horizon === 'infinite' ? [] : ['t'];
  const atState = [...time, ...states];
  const inMotion = [...atState, ...file.controls.map(({ name }) => name)];
  const face = async (boundary: BoundarySpec, path: string): Promise<CompiledBoundary> => {
    if (typeof boundary === 'string') return boundary;
    if ('dirichlet' in boundary) return { dirichlet: await of(boundary.dirichlet, `${path}.dirichlet`, atState) };
    return { slope: await of(boundary.slope, `${path}.slope`, atState) };
  };
  const control = async (spec: ControlProblemFile['controls'][number], path: string): Promise<CompiledControl> => {
    if ('values' in spec) return { values: spec.values };
    const [lower, upper] = spec.bounds;
    return { lower: await of(lower, `${path}.0`, atState), upper: await of(upper, `${path}.1`, atState) };
  };
  const compiled = {
    drift: await inTurn(file.drift, (text, i) => of(text, `drift.${i}`, inMotion)),
    covariance: (
      await inTurn(file.covariance, (row, i) => inTurn(row, (text, j) => of(text, `covariance.${i}.${j}`, inMotion)))
    ).flat(),
    runningCost: await of(file.running_cost ?? 0, 'running_cost', inMotion),
    terminalCost: await of(file.terminal_cost ?? 0, 'terminal_cost', states),
    controls: await inTurn(file.controls, (spec, i) => control(spec, `controls.${i}.bounds`)),
    faces: await inTurn(file.states, async ({ boundary: [lower, upper] }, i) => {
      const path = `states.${i}.boundary`;
      return [await face(lower, `${path}.0`), await face(upper, `${path}.1`)] as const;
    }),
    obstacle: file.obstacle === null ? null : await of(file.obstacle, 'obstacle', atState),
  };
  if (issues.length > 0) throw notLegal(issues);
  return compiled;
}

type Compile = (text: Expression, path: string, variables: readonly string[]) => Promise<CompiledExpression>;

/** A compiler that notes what is not legal, and goes on. */
function compiler(file: ControlProblemFile): { of: Compile; issues: Issue[] } {
  const uncertain = Object.keys(file.uncertainty);
  const fixed = Object.fromEntries(Object.entries(file.parameters).filter(([name]) => !uncertain.includes(name)));
  const issues: Issue[] = [];
  const of: Compile = async (text, path, variables) => {
    try {
      return await compileExpression(String(text), [...variables, ...uncertain], fixed);
    } catch (error) {
      if (!(error instanceof HjbLrError)) throw error;
      issues.push({ path, message: error.message });
      return compileExpression('0', []);
    }
  };
  return { of, issues };
}

function notLegal(issues: readonly Issue[]): HjbLrError {
  const [{ path, message }] = issues;
  const sentence =
    issues.length === 1 ? `${path}: ${message}` : `${issues.length} expressions of the problem are not legal.`;
  return new HjbLrError('E_EXPRESSION', sentence, {
    remedy:
      'Use numbers, the declared names, t (over a finite horizon), pi, e, + - * / ^, comparisons, and, or, not, a ? b : c, and the listed functions.',
    issues,
  });
}

async function inTurn<Item, Result>(
  items: readonly Item[],
  make: (item: Item, index: number) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  for (const [i, item] of items.entries()) results.push(await make(item, i));
  return results;
}

/** Every expression with its path in the file. */
export function namedExpressions(expressions: ProblemExpressions): [string, CompiledExpression][] {
  const { drift, covariance, runningCost, terminalCost, controls, faces, obstacle } = expressions;
  const n = drift.length;
  const bounds = controls.flatMap((control, i): [string, CompiledExpression][] =>
    'values' in control
      ? []
      : [
          [`controls.${i}.bounds.0`, control.lower],
          [`controls.${i}.bounds.1`, control.upper],
        ],
  );
  return [
    ...drift.map((entry, i): [string, CompiledExpression] => [`drift.${i}`, entry]),
    ...covariance.map((entry, i): [string, CompiledExpression] => [`covariance.${Math.floor(i / n)}.${i % n}`, entry]),
    ['running_cost', runningCost],
    ['terminal_cost', terminalCost],
    ...bounds,
    ...faces.flatMap((pair, i) => pair.flatMap((face, side) => namedFace(face, `states.${i}.boundary.${side}`))),
    ...(obstacle === null ? [] : [['obstacle', obstacle] as [string, CompiledExpression]]),
  ];
}

/** The expression of a face, if it has one. */
export function namedFace(face: CompiledBoundary, path: string): [string, CompiledExpression][] {
  if (typeof face === 'string') return [];
  return 'dirichlet' in face ? [[`${path}.dirichlet`, face.dirichlet]] : [[`${path}.slope`, face.slope]];
}
