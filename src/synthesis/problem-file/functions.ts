import type { ControlProblem, StateFunction } from '../../../solvers/problem/control-problem.js';
import type { ControlProblemFile } from '../../artifacts/control-problem/control-problem.js';
import type { CompiledExpression } from '../../math/expressions.js';
import { generatedFunction, numeral } from '../../math/generated-function.js';

/** How the names of a problem file read in generated JavaScript: no name of the user gets into it. */
export interface Symbols {
  /** Source of a variable. */
  at(name: string): string;
  /** Declarations of the variables that these expressions use, from the arguments t, x, u and scenario. */
  declare(expressions: readonly CompiledExpression[]): string;
}

/**
 * Scenario s of an uncertain problem takes the upper end of the box of its k-th uncertain parameter where bit k of s is
 * set, else the lower end.
 */
export function symbolsOf({ states, controls, uncertainty }: ControlProblemFile): Symbols {
  const box = ([low, high]: readonly [number, number], k: number): string =>
    `(scenario & ${2 ** k}) === 0 ? ${numeral(low)} : ${numeral(high)}`;
  const sources = new Map<string, { at: string; from: string | null }>([
    ['t', { at: 't', from: null }],
    ...states.map(({ name }, i) => [name, { at: `x${i}`, from: `x[${i}]` }] as const),
    ...controls.map(({ name }, j) => [name, { at: `u${j}`, from: `u[${j}]` }] as const),
    ...Object.entries(uncertainty).map(([name, ends], k) => [name, { at: `p${k}`, from: box(ends, k) }] as const),
  ]);
  return {
    at: (name) => sources.get(name)!.at,
    declare: (expressions) => {
      const used = new Set(expressions.flatMap(({ variables }) => [...variables]));
      const declared = [...sources].filter(([name, { from }]) => used.has(name) && from !== null);
      return declared.map(([, { at, from }]) => `const ${at} = ${from};`).join(' ');
    },
  };
}

/** One function that writes all values into `out`: it allocates nothing, because it runs millions of times. */
export function vectorFunction(entries: readonly CompiledExpression[], symbols: Symbols): ControlProblem['drift'] {
  const lines = entries.map((entry, i) => `out[${i}] = ${entry.toSource(symbols.at)};`);
  const body = `${symbols.declare(entries)} ${lines.join(' ')}`;
  return generatedFunction<ControlProblem['drift']>(['t', 'x', 'u', 'out', 'scenario'], body);
}

/** One value. */
export function scalarFunction(entry: CompiledExpression, symbols: Symbols): ControlProblem['runningCost'] {
  const body = `${symbols.declare([entry])} return +(${entry.toSource(symbols.at)});`;
  return generatedFunction<ControlProblem['runningCost']>(['t', 'x', 'u', 'scenario'], body);
}

/** A value that depends on time and states alone. */
export function stateFunction(entry: CompiledExpression, symbols: Symbols): StateFunction {
  const body = `${symbols.declare([entry])} return +(${entry.toSource(symbols.at)});`;
  return generatedFunction<StateFunction>(['t', 'x'], body);
}
