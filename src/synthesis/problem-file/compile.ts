import { logGrid, sinhGrid, uniformGrid } from '../../../solvers/grid/spacing.js';
import type { Boundary, ControlAxis, ControlProblem, StateAxis } from '../../../solvers/problem/control-problem.js';
import type { Query, SolveOptions } from '../../../solvers/answer/answer.js';
import type { ControlProblemFile, StateSpec } from '../../artifacts/control-problem/control-problem.js';
import { requireFiniteInputs, type CheckExtent } from './check-inputs.js';
import { compileExpressions, type CompiledBoundary, type ProblemExpressions } from './expressions.js';
import { scalarFunction, stateFunction, symbolsOf, vectorFunction, type Symbols } from './functions.js';
import { requireWithinLimits } from './size.js';
import { enclosuresOf } from './enclosures.js';
import { dependsOnTime, hasClosedForm, isQuadraticInEach, requireAffine } from './structure.js';

/** A problem file as the solver takes it. */
export interface CompiledProblem {
  readonly problem: ControlProblem;
  readonly options: SolveOptions;
  /**
   * To be called where a solve was refused: evaluates the inputs at every node and level.
   * @throws E_INVALID naming every expression that is not finite, and every pair of bounds that cross
   */
  readonly requireInputs: () => void;
}

/**
 * Compiles a problem file to plain functions on grids. Its expressions are evaluated along lines through the grid: a solve
 * checks what it reads at the other nodes.
 *
 * @param file - as `readArtifact('control_problem', path)` gives it, every default filled in
 * @throws E_LIMIT before anything is allocated; E_EXPRESSION with every expression that is not legal; E_INVALID for
 * uncertain parameters that are not affine, and with every expression that is not finite or bounds that cross on those lines
 *
 * @example
 * const { problem, options } = await compileProblem(await readArtifact('control_problem', 'problem.json'));
 * solve(problem, options);
 */
export async function compileProblem(file: ControlProblemFile): Promise<CompiledProblem> {
  requireWithinLimits(file);
  const expressions = await compileExpressions(file);
  requireAffine(file, expressions);
  const problem = problemOf(file, expressions);
  const requireInputs = (extent: CheckExtent): void =>
    requireFiniteInputs(problem, expressions, symbolsOf(file), extent);
  requireInputs('sample');
  return { problem, options: optionsOf(file), requireInputs: () => requireInputs('all') };
}

function problemOf(file: ControlProblemFile, expressions: ProblemExpressions): ControlProblem {
  const symbols = symbolsOf(file);
  const { drift, covariance, runningCost, terminalCost, obstacle } = expressions;
  const atEnd = stateFunction(terminalCost, symbols);
  return {
    name: file.name,
    objective: file.objective,
    horizon: file.horizon,
    discount: file.discount,
    states: file.states.map((state, i) => axisOf(state, expressions.faces[i], symbols)),
    controls: file.controls.map(({ name }, i) => controlOf(name, expressions.controls[i], symbols)),
    drift: vectorFunction(drift, symbols),
    covariance: vectorFunction(covariance, symbols),
    runningCost: scalarFunction(runningCost, symbols),
    terminalCost: (x) => atEnd(0, x),
    times: timesOf(file),
    timeDependent: dependsOnTime(expressions),
    polynomial: hasClosedForm(file, expressions),
    quadraticInEach: isQuadraticInEach(file, expressions),
    enclosures: enclosuresOf(file, expressions),
    scenarios: 2 ** Object.keys(file.uncertainty).length,
    ...(obstacle === null ? {} : { obstacle: stateFunction(obstacle, symbols) }),
    ...(file.risk === null ? {} : { risk: file.risk }),
  };
}

function axisOf(state: StateSpec, faces: ProblemExpressions['faces'][number], symbols: Symbols): StateAxis {
  const { name, coordinate } = state;
  const boundary = [boundaryOf(faces[0], symbols), boundaryOf(faces[1], symbols)] as const;
  return { name, grid: gridOf(state), coordinate, boundary };
}

function gridOf(state: StateSpec): readonly number[] {
  if (typeof state.nodes !== 'number') return state.nodes;
  const [low, high] = state.domain;
  if (state.spacing === 'log') return logGrid(low, high, state.nodes);
  if (state.spacing !== 'sinh') return uniformGrid(low, high, state.nodes);
  return sinhGrid(low, high, state.nodes, { center: state.center!, strength: state.strength! });
}

function boundaryOf(face: CompiledBoundary, symbols: Symbols): Boundary {
  if (typeof face === 'string') return face;
  if ('dirichlet' in face) return { dirichlet: stateFunction(face.dirichlet, symbols) };
  return { slope: stateFunction(face.slope, symbols) };
}

function controlOf(name: string, control: ProblemExpressions['controls'][number], symbols: Symbols): ControlAxis {
  if ('values' in control) return { name, values: control.values };
  return { name, lower: stateFunction(control.lower, symbols), upper: stateFunction(control.upper, symbols) };
}

function timesOf({ horizon, time }: ControlProblemFile): readonly number[] {
  if (horizon === 'infinite' || time === null) return [];
  return 'levels' in time ? time.levels : uniformGrid(0, horizon, time.steps + 1);
}

function optionsOf(file: ControlProblemFile): SolveOptions {
  const { scheme, tolerance, keep, limits, kernel, threads } = file;
  return {
    ...{ scheme, kernel, threads },
    tolerance,
    maximumPolicyIterations: file.maximum_policy_iterations,
    keep,
    query: file.query.map((query) => queryOf(query, file.states)),
    widerDomain: file.wider_domain,
    limits: { nodeSteps: limits.node_steps, bytes: limits.bytes },
  };
}

function queryOf(query: Readonly<Record<string, number>>, states: readonly StateSpec[]): Query {
  return { t: query.t ?? 0, x: states.map(({ name }) => query[name]) };
}
