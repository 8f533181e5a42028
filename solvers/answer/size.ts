import { HjbLrError, type Issue } from '../../src/errors.js';

/** What a solve is asked for, as far as it decides what it takes. */
export interface SizeInput {
  /** Nodes along each state. */
  readonly shape: readonly number[];
  readonly controls: number;
  /** Combinations of the values of controls with a finite set; 1 without any. */
  readonly choices?: number;
  /** Values of a finite set beside an interval, each of which has pieces at every node; 1 without one. */
  readonly enumerated?: number;
  readonly scenarios: number;
  /** Time steps; 1 over an infinite horizon. */
  readonly steps: number;
  /** Levels that are kept. */
  readonly kept: number;
  /** Controls with an interval that are searched; 0 where the minimiser is exact. */
  readonly searched?: number;
  /** Whether a wider domain is solved too. */
  readonly widerDomain: boolean;
  /** Whether every node keeps how its covariance is spread (`keepsSpreads`). */
  readonly spreads?: boolean;
}

/** Work and memory of a solve. */
export interface ProblemSize {
  readonly nodes: number;
  readonly steps: number;
  /**
   * Nodes times steps times scenarios, times sixteenths of the choices and what a search takes, of the solve itself. What estimates its error
   * adds is no more than twice as much; over an infinite horizon, with what the solves start from, six times.
   */
  readonly nodeSteps: number;
  /** The largest memory of the process. */
  readonly bytes: number;
}

/** Choices that are gone through in the time that anything else at a node takes. */
const FREE_CHOICES = 16;

/** Times as long that a node takes whose none, one or two controls are searched in intervals. */
const SEARCHES: readonly number[] = [1, 8, 25];

/** The process itself, before it solves anything. */
const BASE = 1.5e8;

/**
 * Bytes of a node: in any case, for each state, for each scenario beyond the first, of a spread for each state, and of the
 * pieces of an enumerated value beyond the first, with as much again for each state.
 */
const PER_NODE = { least: 750, state: 225, scenario: 120, spread: 650, value: 300 };

/** A kept number, and half of it again while it is written. */
const KEPT = 12;

/** Nodes of a wider domain over those of the domain, along each state. */
const WIDENING = 1.5;

/**
 * Work and memory of a solve, from the numbers of nodes and steps alone. The bytes are those measured (resident memory at
 * its largest, MB: 10^6 nodes of one state 1030; 700^2 656; 64^3 490; 50^3 with correlated noise 342; 500^2 with four
 * scenarios 477; 64^3 asked from the command line 475; where correlated noise on uneven axes changes in time 60^3 860 and
 * 400^2 527), rounded up.
 *
 * @example
 * sizeOf({ shape: [64, 64, 64], controls: 1, scenarios: 1, steps: 200, kept: 3, widerDomain: false }).bytes; // 5.4e8
 */
export function sizeOf({
  shape,
  controls,
  choices = 1,
  enumerated = 1,
  scenarios,
  searched = 0,
  steps,
  kept,
  widerDomain,
  spreads,
}: SizeInput): ProblemSize {
  const nodes = shape.reduce((product, count) => product * count, 1);
  const spreading = spreads ? PER_NODE.spread * shape.length * scenarios : 0;
  const enumerating = PER_NODE.value * (1 + shape.length) * (enumerated - 1) * scenarios;
  const perNode =
    PER_NODE.least + PER_NODE.state * shape.length + PER_NODE.scenario * (scenarios - 1) + spreading + enumerating;
  const solved = nodes * (widerDomain ? WIDENING ** shape.length : 1);
  const bytes = BASE + perNode * solved + KEPT * nodes * kept * (1 + controls);
  return {
    nodes,
    steps,
    nodeSteps: nodes * steps * scenarios * Math.max(1, choices / FREE_CHOICES) * SEARCHES[searched],
    bytes,
  };
}

/**
 * Levels that are kept while a problem is solved; two on both sides of a query.
 * @param queried - times of the queries
 */
export function mostKeptLevels(keep: 'query' | 'all' | number, steps: number, queried: readonly number[]): number {
  const asked =
    keep === 'all' ? steps + 1 : keep === 'query' ? 4 * new Set(queried).size + 1 : Math.ceil(steps / keep) + 1;
  return Math.min(asked, steps + 1);
}

/** The most work and bytes that are taken on. */
export interface Limits {
  readonly nodeSteps: number;
  readonly bytes: number;
}

/**
 * Refuses what would take too much, before anything is allocated.
 * @param paths - where the limits stand in what the user wrote
 * @throws E_LIMIT with the estimates and the limits
 */
export function requireWithin(limits: Limits, size: ProblemSize, paths: Readonly<Record<keyof Limits, string>>): void {
  const { nodes, steps, nodeSteps, bytes } = size;
  const refusal = (name: keyof Limits, what: string): Issue[] => {
    if (!(size[name] > limits[name])) return [];
    return [
      { path: paths[name], message: `${what}: about ${inShort(size[name])}, the limit is ${inShort(limits[name])}` },
    ];
  };
  const issues = [
    ...refusal(
      'nodeSteps',
      'work in nodes times time steps times scenarios (times values of controls / 16, times 8 or 25 where one or two are searched)',
    ),
    ...refusal('bytes', 'memory in bytes'),
  ];
  if (issues.length === 0) return;
  throw new HjbLrError('E_LIMIT', `The problem is too large: ${inShort(nodes)} nodes and ${inShort(steps)} steps.`, {
    remedy: 'Take fewer nodes or steps, keep fewer levels, or raise the limits.',
    issues,
    fields: { nodes, steps, node_steps: nodeSteps, bytes },
  });
}

function inShort(amount: number): string {
  return amount < 1e6 ? String(amount) : amount.toExponential(2);
}

/** Combinations of the values of all controls with a finite set. */
export function choicesOf(controls: readonly ({ readonly values: readonly number[] } | object)[]): number {
  return controls.reduce<number>((product, axis) => product * ('values' in axis ? axis.values.length : 1), 1);
}
