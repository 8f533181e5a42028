import { machineText, type Machine } from '../machine.js';
import type { Ceiling } from './ceilings.js';
import type { KernelRatio } from './kernel-ratios.js';
import type { ScalingExponent } from './scaling.js';
import type { ThreadRatio } from './thread-ratios.js';
import { spreadText } from './rounds.js';

export interface SolverResults {
  readonly machine: Machine;
  readonly ratios: readonly KernelRatio[] | null;
  readonly scaling: readonly ScalingExponent[] | null;
  readonly threads: readonly ThreadRatio[] | null;
  readonly ceilings: readonly Ceiling[] | null;
}

/** The results as tables. */
export function markdown({ machine, ratios, scaling, threads, ceilings }: SolverResults): string {
  const parts = [`# Speed of the solver kernels\n\n${machineText(machine)}\n`];
  if (ratios !== null) parts.push(ratioTable(ratios));
  if (scaling !== null) parts.push(scalingTable(scaling));
  if (threads !== null) parts.push(threadTable(threads));
  if (ceilings !== null) parts.push(ceilingTable(ceilings));
  return parts.join('\n');
}

function ratioTable(ratios: readonly KernelRatio[]): string {
  const rows = ratios.map(({ kernel, engine, against, ratio, floor, aim, nanoseconds, difference }) => [
    ...[kernel, engine, against, spreadText(ratio), floor === 0 ? '' : `${floor} (${aim})`],
    ...[nanoseconds.toFixed(1), difference.toExponential(1)],
  ]);
  const head = ['kernel', 'engine', 'against', 'speed ratio', 'floor (aim)', 'ns', 'difference'];
  const compilers = [...new Set(ratios.flatMap(({ yardsticks }) => yardsticks))].join('; ');
  const note = `C++: the better of ${compilers} in each round, -O3 -march=native. Medians (least to most) of the ratios of interleaved rounds, CPU time; ns: for a node, a step and a policy iteration; difference: of the sums of V, relative.`;
  return `## Against C++\n\n${table(head, rows)}\n${note}\n`;
}

function scalingTable(scaling: readonly ScalingExponent[]): string {
  const rows = scaling.map(({ kernel, engine, points, exponent, most }) => [
    ...[kernel, engine, exponent.toFixed(3), String(most)],
    points.map(({ nodes, nanoseconds }) => `${nodes}: ${nanoseconds.toFixed(0)}`).join(', '),
  ]);
  return `## With the number of nodes\n\n${table(['kernel', 'engine', 'exponent', 'at most', 'ns for a node, a step and a policy iteration'], rows)}`;
}

function threadTable(threads: readonly ThreadRatio[]): string {
  const rows = threads.map(({ kernel, ratio, floor, difference }) => [
    kernel,
    spreadText(ratio),
    String(floor),
    difference.toExponential(1),
  ]);
  return `## Two threads over one, WebAssembly, wall clock\n\n${table(['kernel', 'speed ratio', 'floor', 'difference'], rows)}`;
}

function ceilingTable(ceilings: readonly Ceiling[]): string {
  const rows = ceilings.map(({ what, value, unit, most }) => [
    what,
    `${value.toPrecision(3)} ${unit}`,
    `${most} ${unit}`,
  ]);
  return `## Whole solves\n\n${table(['solve', 'measured', 'at most'], rows)}`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('');
}
