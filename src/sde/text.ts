import Table from 'cli-table3';
import type { SdePoint, SdeResult } from '../artifacts/sde-analysis/sde-analysis.js';

type Cell = readonly [value: number | null, error: number | null];

/** The coefficients as a table: a row for each number, a column for each point. */
export function coefficientTable({ weights, points }: SdeResult): { head: string[]; rows: string[][] } {
  const names = rowNames(weights);
  const columns = points.map(cellsOf);
  const head = ['', ...points.flatMap(({ at }) => [pointName(at), '± error'])];
  const rows = names.map((name, k) => [
    name,
    ...columns.flatMap((cells) => [number(cells[k][0], 10), number(cells[k][1], 2)]),
  ]);
  return { head, rows };
}

function rowNames(weights: readonly string[]): string[] {
  const each = (what: string): string[] => weights.map((name) => (weights.length === 1 ? what : `${what}: ${name}`));
  const pairs = (what: string): string[] =>
    weights.flatMap((a, i) =>
      weights.slice(i).map((b) => (weights.length === 1 ? what : `${what}: ${a === b ? a : `${a}, ${b}`}`)),
    );
  return [
    'rate u',
    ...each('mean field hbar'),
    ...pairs('covariance S of a minibatch'),
    ...each('first-order drift'),
    ...each('second-order drift, rate held'),
    ...each('second-order drift, rate varying'),
    'adversarial loss',
    'clean loss',
    'effective loss less that at the start',
    'asymmetry of D hbar',
  ];
}

function cellsOf(point: SdePoint): Cell[] {
  const { standard_errors: error } = point;
  const vector = (values: readonly number[], errors: readonly number[]): Cell[] => values.map((v, i) => [v, errors[i]]);
  const upper = (values: number[][], errors: number[][]): Cell[] =>
    values.flatMap((row, i) => row.slice(i).map((value, j): Cell => [value, errors[i][i + j]]));
  return [
    [point.rate, null],
    ...vector(point.hbar, error.hbar),
    ...upper(point.covariance, error.covariance),
    ...vector(point.drift_1, error.drift_1),
    ...vector(point.drift_2, error.drift_2),
    ...vector(point.drift_2_full, error.drift_2_full),
    [point.adversarial_loss, error.adversarial_loss],
    [point.clean_loss, error.clean_loss],
    [point.effective_loss, null],
    [point.asymmetry, null],
  ];
}

/** Everything else that is known, a sentence each; whether there is an effective loss comes first. */
export function sdeSentences({ points, effective_loss: effective, warnings }: SdeResult): string[] {
  const methods = [...new Set(points.map(({ method }) => METHODS[method]))];
  const jacobians = [...new Set(points.map(({ jacobian_method: method }) => JACOBIANS[method]))];
  return [
    effective.sentence,
    ...methods.map((method) => `expectations: ${method}`),
    ...jacobians.map((method) => `D hbar: ${method}`),
    ...warnings.map((warning) => `warning: ${warning}`),
  ];
}

const METHODS: Readonly<Record<SdePoint['method'], string>> = {
  exact: 'exact sums over the data',
  quadrature: 'Gauss quadrature; the error is the change to the next lower rule',
  monte_carlo: 'Monte Carlo; the error is the standard error',
};

const JACOBIANS: Readonly<Record<SdePoint['jacobian_method'], string>> = {
  pathwise: 'derivatives of the loss carried through the ascent',
  differences: 'central differences of hbar, because the update direction jumps in the data',
};

/** What each study says, a sentence each; kept perturbations come first. */
export function studySentences({
  kept,
  weak_order: weak,
  simulation,
  long_run: long,
  robustness,
}: SdeResult): string[] {
  return [kept, weak, simulation, long, robustness].flatMap((study) => study?.sentences ?? []);
}

/** For a terminal. */
export function sdeText(result: SdeResult): string[] {
  const { head, rows } = coefficientTable(result);
  if (result.kept !== undefined) return sdeSentences(result);
  if (result.points.length === 0) return ['The file asks for no point ("at": []).'];
  const table = new Table({
    head,
    style: { head: [], border: [] },
    colAligns: head.map((_, i) => (i === 0 ? 'left' : 'right')),
  });
  table.push(...rows);
  return [table.toString(), ...sdeSentences(result)];
}

export function pointName(at: Readonly<Record<string, number>>): string {
  return Object.entries(at)
    .map(([name, value]) => `${name} = ${value}`)
    .join(', ');
}

function number(value: number | null, digits: number): string {
  return value === null ? '–' : String(Number(value.toPrecision(digits)));
}
