import type { z } from 'zod';
import type { ProblemFields } from './fields.js';
import { checkNames, refuseInto, type Path, type Refuse } from '../shared/rules.js';

type StateFields = ProblemFields['states'][number];
type Point = ProblemFields['query'][number];

/** Everything that one field alone cannot tell: all of it at once. */
export function checkProblem(file: ProblemFields, context: z.core.$RefinementCtx): void {
  const refuse = refuseInto(context);
  checkDeclared(file, refuse);
  checkSizes(file, refuse);
  file.states.forEach((state, i) => checkState(state, ['states', i], refuse));
  file.controls.forEach((control, i) => {
    if (!('bounds' in control)) return;
    const [low, high] = control.bounds.map(Number);
    if (low > high) refuse(['controls', i, 'bounds'], `the wrong way round: ${low} is above ${high}`);
  });
  checkTime(file, refuse);
  checkCosts(file, refuse);
  checkUncertainty(file, refuse);
  checkPoints(file, refuse);
  if (file.threads > 1 && file.kernel === 'typescript') refuse(['threads'], 'more than one needs the kernel wasm');
}

function checkDeclared({ states, controls, parameters }: ProblemFields, refuse: Refuse): void {
  const named: [Path, string][] = [
    ...states.map(({ name }, i): [Path, string] => [['states', i, 'name'], name]),
    ...controls.map(({ name }, i): [Path, string] => [['controls', i, 'name'], name]),
    ...Object.keys(parameters).map((name): [Path, string] => [['parameters', name], name]),
  ];
  checkNames(named, refuse);
}

function checkSizes({ states, drift, covariance }: ProblemFields, refuse: Refuse): void {
  const n = states.length;
  if (drift.length !== n)
    refuse(['drift'], `must hold one expression for each of the ${n} state(s), got ${drift.length}`);
  if (covariance.length !== n || covariance.some((row) => row.length !== n)) {
    refuse(['covariance'], `must be a matrix of ${n} x ${n} expressions`);
  }
}

function checkState(state: StateFields, path: Path, refuse: Refuse): void {
  const { nodes, domain, coordinate, boundary } = state;
  if (typeof nodes === 'number') checkPlacement(state, path, refuse);
  else checkNodes(state, nodes, path, refuse);
  const lowest = typeof nodes === 'number' ? domain?.[0] : nodes[0];
  if ((coordinate === 'log' || state.spacing === 'log') && lowest !== undefined && lowest <= 0) {
    refuse([...path, 'domain'], `must be positive, because the state is logarithmic, got ${lowest}`);
  }
  if ((boundary[0] === 'periodic') !== (boundary[1] === 'periodic')) {
    refuse([...path, 'boundary'], 'periodic must be given for both faces');
  }
}

function checkPlacement(state: StateFields, path: Path, refuse: Refuse): void {
  const { nodes, domain, spacing } = state;
  if ((nodes as number) < 3) refuse([...path, 'nodes'], `a grid needs at least 3 nodes, got ${nodes as number}`);
  if (domain === undefined) refuse([...path, 'domain'], 'missing: give [lower, upper], or list the nodes');
  else if (domain[0] >= domain[1]) {
    refuse([...path, 'domain'], `the wrong way round: ${domain[0]} is not below ${domain[1]}`);
  }
  if (spacing === 'sinh' && state.center === undefined) refuse([...path, 'center'], 'missing: where nodes crowd');
  if (spacing !== 'sinh') refuseCrowding(state, path, refuse);
}

function checkNodes(state: StateFields, nodes: readonly number[], path: Path, refuse: Refuse): void {
  if (nodes.length < 3) refuse([...path, 'nodes'], `a grid needs at least 3 nodes, got ${nodes.length}`);
  const wrong = nodes.findIndex((node, i) => i > 0 && node <= nodes[i - 1]);
  if (wrong > 0)
    refuse([...path, 'nodes', wrong], `must be above ${nodes[wrong - 1]}, the node before, got ${nodes[wrong]}`);
  if (state.spacing !== undefined) refuse([...path, 'spacing'], 'must be left out where the nodes are listed');
  refuseCrowding(state, path, refuse);
  const [low, high] = state.domain ?? [nodes[0], nodes.at(-1)];
  if (low !== nodes[0] || high !== nodes.at(-1)) {
    refuse([...path, 'domain'], 'must be the first and the last of the nodes, or left out');
  }
}

function refuseCrowding({ center, strength }: StateFields, path: Path, refuse: Refuse): void {
  if (center !== undefined) refuse([...path, 'center'], 'belongs to the spacing sinh alone');
  if (strength !== undefined) refuse([...path, 'strength'], 'belongs to the spacing sinh alone');
}

function checkTime(file: ProblemFields, refuse: Refuse): void {
  const { horizon, discount, time, terminal_cost: terminal } = file;
  if (horizon === 'infinite') {
    if (discount === 0 && !mayEnd(file)) {
      refuse(['discount'], 'must be positive over an infinite horizon that no dirichlet face and no obstacle ends');
    }
    if (file.risk !== null) refuse(['risk'], 'needs a finite horizon');
    if (terminal !== null) refuse(['terminal_cost'], 'must be left out over an infinite horizon');
    if (time !== undefined && time !== null) refuse(['time'], 'must be left out over an infinite horizon');
  } else if (time !== undefined && time !== null && 'levels' in time) {
    const { levels } = time;
    if (levels.length < 2) refuse(['time', 'levels'], `must hold at least 2 levels, got ${levels.length}`);
    if (levels[0] !== 0) refuse(['time', 'levels', 0], `must be 0, got ${levels[0]}`);
    const last = levels.at(-1);
    if (last !== horizon) refuse(['time', 'levels', levels.length - 1], `must be the horizon ${horizon}, got ${last}`);
  }
}

/** Whether paths can end: at a face with a given value, or by stopping. */
function mayEnd({ states, obstacle }: ProblemFields): boolean {
  const ends = states.some(({ boundary }) => boundary.some((face) => typeof face === 'object' && 'dirichlet' in face));
  return ends || obstacle !== null;
}

function checkCosts(file: ProblemFields, refuse: Refuse): void {
  if (file.running_cost === null && file.terminal_cost === null) {
    refuse([], 'has no cost: give running_cost, terminal_cost or both');
  }
  if (file.risk === 0) refuse(['risk'], 'must not be 0: leave it out for the expectation');
  if (file.risk !== null && file.discount > 0)
    refuse(['risk'], 'is not defined with a discount: set one of them to none');
}

/** Boxes: 2^k of their vertices are solved at once. */
const MOST_UNCERTAIN = 6;

function checkUncertainty({ uncertainty, parameters }: ProblemFields, refuse: Refuse): void {
  const names = Object.keys(uncertainty);
  if (names.length > MOST_UNCERTAIN) {
    refuse(['uncertainty'], `at most ${MOST_UNCERTAIN} parameters may be uncertain, got ${names.length}`);
  }
  for (const name of names) {
    const [low, high] = uncertainty[name];
    if (!Object.hasOwn(parameters, name)) refuse(['uncertainty', name], `"${name}" is not one of the parameters`);
    if (low > high) refuse(['uncertainty', name], `the wrong way round: ${low} is above ${high}`);
  }
}

function checkPoints({ horizon, states, query, start }: ProblemFields, refuse: Refuse): void {
  const names = states.map(({ name }) => name);
  query.forEach((point, i) => checkKeys(point, names, ['query', i], horizon !== 'infinite', refuse));
  if (start === null) return;
  checkKeys(start, names, ['start'], false, refuse);
  for (const { name, domain, nodes } of states) {
    const [low, high] = typeof nodes === 'number' ? (domain ?? [-Infinity, Infinity]) : [nodes[0], nodes.at(-1)!];
    if (Object.hasOwn(start, name) && !(start[name] >= low && start[name] <= high)) {
      refuse(['start', name], `must lie in the domain [${low}, ${high}], got ${start[name]}`);
    }
  }
}

function checkKeys(point: Point, names: readonly string[], path: Path, withTime: boolean, refuse: Refuse): void {
  for (const name of names)
    if (!Object.hasOwn(point, name)) refuse([...path, name], 'missing (a number for each state)');
  for (const key of Object.keys(point)) {
    if (names.includes(key) || (withTime && key === 't')) continue;
    refuse([...path, key], key === 't' ? 'time has no meaning here' : `"${key}" is not a state`);
  }
}
