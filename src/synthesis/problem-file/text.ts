import Table from 'cli-table3';
import type { ControlProblemFile } from '../../artifacts/control-problem/control-problem.js';
import type { ProblemResult } from '../../artifacts/solution/problem-solution.js';

type Problem = Pick<ControlProblemFile, 'query' | 'controls'>;

/** The answers as a table: a row for each query, each number with the estimate of its error. */
export function answerTable(problem: Problem, result: ProblemResult): { head: string[]; rows: string[][] } {
  const names = problem.controls.map(({ name }) => name);
  const { values, controls, inside, error_estimates: errors, monotone_values: monotone } = result;
  return {
    head: ['query', 'value', '± error', ...names.flatMap((name) => [name, '± error']), 'monotone value', 'inside'],
    rows: problem.query.map((query, i) => [
      Object.entries(query).sort(timeFirst).map(([name, at]) => `${name} = ${at}`).join(', '), // prettier-ignore
      number(values[i], 10),
      number(errors.values[i], 2),
      ...names.flatMap((name) => [number(controls[i]?.[name], 6), number(errors.controls[i]?.[name], 2)]),
      number(monotone[i], 10),
      inside[i] ? 'yes' : 'no',
    ]),
  };
}

function timeFirst([a]: [string, number], [b]: [string, number]): number {
  return Number(b === 't') - Number(a === 't');
}

/** Everything else that is known of the answer, a sentence each. */
export function answerSentences(result: ProblemResult): string[] {
  const { status, remedy, policy_iterations: iterations } = result;
  const seconds = `${result.seconds.toPrecision(3)} s`;
  return [
    status === 'converged' ? `status: ${status}` : `status: ${status}; ${remedy}`,
    result.observed_order === null
      ? 'observed order: cannot be told'
      : `observed order: ${result.observed_order.toFixed(2)}`,
    monotoneSentence(result),
    `policy iterations in a step: ${iterations.mean.toFixed(2)} on average, at most ${iterations.max}; residual ${number(result.residual, 2)}`,
    `kernel: ${result.kernel}, ${seconds}`,
    ...fallbackSentence(result),
    ...truncationSentence(result),
    ...result.warnings.map((warning) => `warning: ${warning}`),
    ...closedLoopSentences(result),
  ];
}

function monotoneSentence({ monotone: { space, time, first_offender: offender } }: ProblemResult): string {
  const where = offender === null ? '' : `; first at ${offender}`;
  if (space && time) return 'monotone in space and in time';
  if (!space && !time) return `monotone neither in space nor in time${where}`;
  return `monotone in ${space ? 'space' : 'time'}, not in ${space ? 'time' : 'space'}${where}`;
}

function fallbackSentence({ fallback }: ProblemResult): string[] {
  if (fallback === null || fallback.steps === 0) return [];
  const share = `${number(100 * fallback.share, 2)} % of all nodes and steps`;
  return [`monotone steps in place of accurate ones at ${share}, first at ${fallback.first}`];
}

function truncationSentence({ truncation }: ProblemResult): string[] {
  return truncation === null
    ? []
    : [`on wider domains the values change by ${truncation.map((change) => number(change, 2)).join(', ')}`];
}

function closedLoopSentences({ density, simulation }: ProblemResult): string[] {
  const sentences: string[] = [];
  if (density !== undefined) {
    const states = Object.keys(density.mean).map(
      (name) =>
        `${name} has mean ${estimated(density.mean[name], density.error_estimates.mean[name])} and standard deviation ${estimated(density.standard_deviation[name], density.error_estimates.standard_deviation[name])}`,
    );
    const { time, mass, absorbed, error_estimates: errors } = density;
    sentences.push(
      `density at t = ${time}: ${states.join('; ')}; mass ${estimated(mass, errors.mass)}, absorbed ${estimated(absorbed, errors.absorbed)}`,
    );
  }
  if (simulation !== undefined) {
    const { paths, seed, left, cost, standard_error: error, step_bias: bias, value, deviation, warnings } = simulation;
    const distance = deviation === null ? 'beside' : `${number(deviation, 2)} standard errors from`;
    const vertex = Object.entries(simulation.worst_case ?? {}).map(([name, at]) => `${name} = ${at}`);
    sentences.push(
      ...leftSentence(left),
      ...(vertex.length === 0
        ? []
        : [`simulated at every vertex of the uncertain parameters, worst at ${vertex.join(', ')}:`]),
      `${paths} paths, seed ${seed}: cost ${number(cost, 7)} ± ${number(error, 2)}, ${distance} the value ${number(value, 7)}; steps twice as long change it by ${number(bias, 2)}`,
      ...lawSentence(simulation),
      ...warnings,
    );
  }
  return sentences;
}

function lawSentence({ mean, standard_deviation: deviation }: NonNullable<ProblemResult['simulation']>): string[] {
  const states = Object.keys(mean).map(
    (name) => `${name} has mean ${number(mean[name], 6)} and standard deviation ${number(deviation[name], 4)}`,
  );
  return [`over the paths that are inside at the horizon ${states.join('; ')}`];
}

/** It comes first: paths that leave end with the value that the simulation should confirm. */
function leftSentence(left: number | null): string[] {
  if (left === null || left === 0) return [];
  return [`${number(100 * left, 3)} % of the paths left the domain: the simulation is no confirmation of the value`];
}

/** Rows of a table on a terminal; laying out many more takes longer than solving. */
const MOST_ROWS = 1000;

/** For a terminal. */
export function answerText(problem: Problem, result: ProblemResult): string[] {
  const { head, rows } = answerTable(problem, result);
  const sentences = answerSentences(result);
  if (rows.length === 0)
    return ['The file asks for no query: --out writes value and policy on the grid.', ...sentences];
  const table = new Table({
    head,
    style: { head: [], border: [] },
    colAligns: head.map((_, i) => (i === 0 ? 'left' : 'right')),
  });
  table.push(...rows.slice(0, MOST_ROWS));
  const more = rows.length - MOST_ROWS;
  const left = more > 0 ? [`and ${more} more queries: --json or --out gives all of them`] : [];
  return [table.toString(), ...left, ...sentences];
}

function estimated(value: number | null, error: number | null): string {
  return `${number(value, 6)}${error === null ? '' : ` (error about ${number(error, 2)})`}`;
}

function number(value: number | null | undefined, digits: number): string {
  return value === null || value === undefined ? '–' : String(Number(value.toPrecision(digits)));
}
