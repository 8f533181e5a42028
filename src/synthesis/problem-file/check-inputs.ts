import type { ControlProblem } from '../../../solvers/problem/control-problem.js';
import { HjbLrError, type Issue } from '../../errors.js';
import { namedExpressions, type ProblemExpressions } from './expressions.js';
import { scalarFunction, type Symbols } from './functions.js';

/**
 * `sample`: the nodes along each axis through the ends and the middle of the others, and few levels: what costs nothing
 * beside a solve, which itself refuses the first input that is not finite wherever it reads one. `all`: every node and level,
 * to name every input at fault.
 */
export type CheckExtent = 'sample' | 'all';

/** Nodes along an axis, or levels, of a sample, and those of the other axes: their ends and their middle. */
const SAMPLED = 1000;
const MARKS = 3;

/** Nodes times levels at which an expression of the time is evaluated; beyond this, levels are left out evenly. */
const MOST_EVALUATIONS = 5e6;

type Evaluate = (t: number, x: readonly number[], u: readonly number[]) => number;

/** An input of the problem, and where it is evaluated. */
interface Checked {
  readonly path: string;
  readonly evaluate: Evaluate;
  readonly onTime: boolean;
  readonly onControls: boolean;
  /** The face it belongs to, or null for every node. */
  readonly face: { readonly axis: number; readonly side: number } | null;
}

/**
 * Evaluates every input expression at nodes, at levels where it depends on the time, and at the bounds and the middle of the
 * controls.
 *
 * @throws E_INVALID naming for each expression the first node at which it is NaN or infinite, at which the bounds of a
 * control cross, or at which the covariance is not symmetric
 */
export function requireFiniteInputs(
  problem: ControlProblem,
  expressions: ProblemExpressions,
  symbols: Symbols,
  extent: CheckExtent,
): void {
  const grid = gridOf(problem, extent);
  const checked = namedExpressions(expressions).map(([path, entry]): Checked => {
    const evaluate = scalarFunction(entry, symbols);
    const face = /^states\.(\d)\.boundary\.(\d)/.exec(path);
    return {
      path,
      evaluate: (t, x, u) => evaluate(t, x, u, 0),
      onTime: entry.variables.has('t'),
      onControls: problem.controls.some(({ name }) => entry.variables.has(name)),
      face: face === null ? null : { axis: Number(face[1]), side: Number(face[2]) },
    };
  });
  const isBound = ({ path }: Checked): boolean => path.startsWith('controls');
  refuse(checked.filter(isBound).flatMap((input) => issueOf(grid, input, notFinite)));
  refuse(crossings(grid, checked));
  refuse([
    ...checked.filter((input) => !isBound(input)).flatMap((input) => issueOf(grid, input, notFinite)),
    ...asymmetries(grid, expressions, checked),
  ]);
}

function refuse(issues: readonly Issue[]): void {
  if (issues.length === 0) return;
  const [{ path, message }] = issues;
  throw new HjbLrError('E_INVALID', `${path} ${message}.`, {
    remedy: 'Change the expression, or the domain so that the node lies outside it.',
    issues,
  });
}

function notFinite(value: number): string | null {
  return Number.isFinite(value) ? null : `is ${value}`;
}

/** Where the lower bound of a control lies above the upper one. */
function crossings(grid: CheckedGrid, checked: readonly Checked[]): Issue[] {
  return grid.problem.controls.flatMap((control, i) => {
    if ('values' in control) return [];
    const [lower, upper] = [0, 1].map((side) => checked.find(({ path }) => path === `controls.${i}.bounds.${side}`)!);
    const gap: Checked = {
      path: `controls.${i}.bounds`,
      evaluate: (t, x) => control.upper(t, x) - control.lower(t, x),
      onTime: lower.onTime || upper.onTime,
      onControls: false,
      face: null,
    };
    return issueOf(grid, gap, (value) => (value < 0 ? `are the wrong way round by ${-value}` : null));
  });
}

/** Where two entries of the covariance that must be equal are not. */
function asymmetries(grid: CheckedGrid, { drift }: ProblemExpressions, checked: readonly Checked[]): Issue[] {
  const n = drift.length;
  const entry = (i: number, j: number): Checked => checked.find(({ path }) => path === `covariance.${i}.${j}`)!;
  const pairs = Array.from({ length: n }, (_, i) => Array.from({ length: i }, (__, j) => [i, j])).flat();
  return pairs.flatMap(([i, j]) => {
    const [one, other] = [entry(i, j), entry(j, i)];
    const difference: Checked = {
      path: one.path,
      evaluate: (t, x, u) => {
        const [a, b] = [one.evaluate(t, x, u), other.evaluate(t, x, u)];
        return Math.abs(a - b) > 1e-9 * (Math.abs(a) + Math.abs(b)) ? a - b : 0;
      },
      onTime: one.onTime || other.onTime,
      onControls: one.onControls || other.onControls,
      face: null,
    };
    return issueOf(grid, difference, (value) =>
      Number.isFinite(value) && value !== 0 ? `is not ${other.path}, its mirror, but differs by ${value}` : null,
    );
  });
}

/** Where inputs are evaluated: blocks of levels and nodes. */
interface CheckedGrid {
  readonly problem: ControlProblem;
  readonly blocks: readonly Block[];
}

/** Every one of these levels with every combination of these nodes along the axes. */
interface Block {
  readonly levels: readonly number[];
  readonly grids: readonly (readonly number[])[];
}

function gridOf(problem: ControlProblem, extent: CheckExtent): CheckedGrid {
  const grids = problem.states.map(({ grid }) => grid);
  const times = problem.horizon === 'infinite' ? [0] : problem.times;
  if (extent === 'all') {
    const nodes = grids.reduce((product, grid) => product * grid.length, 1);
    return { problem, blocks: [{ levels: everyKth(times, MOST_EVALUATIONS / nodes), grids }] };
  }
  const axes = [...grids, times];
  const blocks = axes.map((_, axis) => {
    const lists = axes.map((values, k) => everyKth(values, k === axis ? SAMPLED : MARKS));
    return { levels: lists[grids.length], grids: lists.slice(0, -1) };
  });
  return { problem, blocks };
}

/** The first place at which something is wrong with an input: in time, then in the states, then in the controls. */
function issueOf(grid: CheckedGrid, input: Checked, wrong: (value: number) => string | null): Issue[] {
  const { problem } = grid;
  for (const { levels, grids } of grid.blocks) {
    for (const t of input.onTime ? levels : [0]) {
      for (const x of nodesOf(grids, input.face)) {
        for (const u of input.onControls ? samplesOf(problem, t, x) : [[]]) {
          const found = wrong(input.evaluate(t, x, u));
          if (found !== null)
            return [{ path: input.path, message: `${found} at ${nodeName(problem, input, t, x, u)}` }];
        }
      }
    }
  }
  return [];
}

/** Every node of the grid, or of one face; the array is reused. */
function* nodesOf(all: readonly (readonly number[])[], face: Checked['face']): Generator<readonly number[]> {
  const grids = all.map((grid, axis) => {
    if (face?.axis !== axis) return grid;
    return [grid[face.side === 0 ? 0 : grid.length - 1]];
  });
  const [first, second = [0], third = [0]] = grids;
  const x = grids.map(() => 0);
  for (const a of first) {
    x[0] = a;
    for (const b of second) {
      if (x.length > 1) x[1] = b;
      for (const c of third) {
        if (x.length > 2) x[2] = c;
        yield x;
      }
    }
  }
}

/** Controls tried at a node, all together. */
const MOST_SAMPLES = 64;

/** Controls at a node: the bounds and the middle between them, or the values (evenly thinned where there are many). */
function samplesOf({ controls }: ControlProblem, t: number, x: readonly number[]): number[][] {
  const most = Math.floor(MOST_SAMPLES ** (1 / controls.length));
  return controls.reduce<number[][]>(
    (samples, control) => {
      const values =
        'values' in control ? everyKth(control.values, most) : between(control.lower(t, x), control.upper(t, x));
      return samples.flatMap((sample) => values.map((value) => [...sample, value]));
    },
    [[]],
  );
}

/** The first value, every k-th after it and the last, k the least for which these are about as many as asked for. */
function everyKth(values: readonly number[], most: number): readonly number[] {
  const stride = Math.ceil((values.length - 1) / Math.max(most - 1, 1));
  return stride <= 1 ? values : values.filter((_, i) => i % stride === 0 || i === values.length - 1);
}

function between(lower: number, upper: number): number[] {
  return lower === upper ? [lower] : [lower, (lower + upper) / 2, upper];
}

function nodeName(
  { states, controls, times }: ControlProblem,
  { onControls, onTime }: Checked,
  t: number,
  x: readonly number[],
  u: readonly number[],
): string {
  const parts = [
    ...states.map(({ name }, i) => `${name} = ${x[i]}`),
    ...(onControls ? controls.map(({ name }, j) => `${name} = ${u[j]}`) : []),
    ...(onTime && times.length > 0 ? [`t = ${t}`] : []),
  ];
  return parts.join(', ');
}
