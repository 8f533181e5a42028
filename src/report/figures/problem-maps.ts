import { baseLayout, type Figure } from '../figure.js';

/** Value and controls of a solved control problem on its grid. */
export interface GridSolution {
  readonly axes: readonly Axis[];
  readonly controls: readonly string[];
  /** Kept levels; one alone over an infinite horizon. */
  readonly times: readonly number[];
  /** At each level, row-major over the axes; the controls innermost. */
  readonly value: readonly ArrayLike<number>[];
  readonly control: readonly ArrayLike<number>[];
}

interface Axis {
  readonly name: string;
  readonly grid: readonly number[];
  readonly coordinate: 'identity' | 'log';
}

/** What is drawn: a number for each level and node. */
interface Field {
  readonly id: string;
  readonly title: string;
  readonly caption: string;
  readonly bar: string;
  at(level: number, node: number): number;
}

/** Points that are drawn along an axis. */
const MOST_POINTS = 201;

/** Where three states are cut, as shares of the third grid. */
const CUTS = [0.25, 0.5, 0.75];

/**
 * One state: value and controls over time and state, and over the state at the first kept level. Two: maps at that level.
 * Three: maps over the first two at three values of the third.
 */
export function problemFigures(solution: GridSolution): Figure[] {
  if (solution.times.length === 0) return [];
  const fields = fieldsOf(solution);
  if (solution.axes.length > 1) return fields.map((field) => maps(solution, field));
  const overTime = solution.times.length > 1 ? fields.map((field) => timeMap(solution, field)) : [];
  return [...fields.map((field) => curve(solution, field)), ...overTime];
}

function fieldsOf({ value, control, controls }: GridSolution): Field[] {
  const m = controls.length;
  const caption = 'Expected cost (or reward) from each state on, under the optimal policy.';
  return [
    { id: 'value', title: 'Value', caption, bar: 'value', at: (level, node) => value[level][node] },
    ...controls.map((name, j) => ({
      id: `control-${j}`,
      title: `Policy: ${name}`,
      caption: `The control ${name} that attains the value in each state.`,
      bar: name,
      at: (level: number, node: number) => control[level][node * m + j],
    })),
  ];
}

function curve({ axes, times }: GridSolution, field: Field): Figure {
  const [{ name, grid, coordinate }] = axes;
  const nodes = evenIndices(grid.length);
  const [x, y] = [nodes.map((i) => grid[i]), nodes.map((i) => field.at(0, i))];
  return {
    id: field.id,
    title: `${field.title} at t = ${short(times[0])}`,
    caption: field.caption,
    data: [{ type: 'scatter', mode: 'lines', x, y }],
    layout: baseLayout(name, field.bar, { xaxis: { title: { text: name }, type: axisType(coordinate) } }),
    table: tableOf(
      [name, field.bar],
      nodes.map((i, k) => [grid[i], y[k]]),
    ),
  };
}

function timeMap({ axes, times }: GridSolution, field: Field): Figure {
  const [{ name, grid, coordinate }] = axes;
  const [nodes, levels] = [evenIndices(grid.length), evenIndices(times.length)];
  const z = nodes.map((i) => levels.map((level) => field.at(level, i)));
  const trace = {
    type: 'heatmap',
    x: levels.map((l) => times[l]),
    y: nodes.map((i) => grid[i]),
    z,
    coloraxis: 'coloraxis',
  };
  return {
    id: `${field.id}-over-time`,
    title: `${field.title} over time`,
    caption: field.caption,
    data: [trace],
    layout: baseLayout('t', name, {
      yaxis: { title: { text: name }, type: axisType(coordinate) },
      coloraxis: colorAxis(field.bar),
    }),
    table: tableOf(
      ['t', name, field.bar],
      levels.map((level) => [times[level], grid[nodes[nodes.length >> 1]], field.at(level, nodes[nodes.length >> 1])]),
    ),
  };
}

/** One map, or one for each cut through the third state. */
function maps({ axes, times }: GridSolution, field: Field): Figure {
  const [first, second, third] = axes;
  const depth = third?.grid.length ?? 1;
  const cuts = third === undefined ? [0] : CUTS.map((share) => Math.round(share * (depth - 1)));
  const [columns, rows] = [evenIndices(first.grid.length), evenIndices(second.grid.length)];
  const at = (i: number, j: number, k: number): number => field.at(0, (i * second.grid.length + j) * depth + k);
  const names = (n: number): [string, string] => (n === 0 ? ['x', 'y'] : [`x${n + 1}`, `y${n + 1}`]);
  const data = cuts.map((k, n) => ({
    type: 'heatmap',
    x: columns.map((i) => first.grid[i]),
    y: rows.map((j) => second.grid[j]),
    z: rows.map((j) => columns.map((i) => at(i, j, k))),
    coloraxis: 'coloraxis',
    xaxis: names(n)[0],
    yaxis: names(n)[1],
    hovertemplate: `${first.name} %{x:.3g}, ${second.name} %{y:.3g}: %{z:.4g}<extra></extra>`,
  }));
  return {
    id: field.id,
    title: `${field.title} at t = ${short(times[0])}`,
    caption: field.caption,
    data,
    layout: baseLayout('', '', {
      ...panelAxes(first, second, cuts.length),
      annotations: third === undefined ? [] : cuts.map((k, n) => cutLabel(third, k, n, cuts.length)),
      margin: { l: 70, r: 20, t: 40, b: 55 },
      coloraxis: colorAxis(field.bar),
    }),
    table: tableOf([...axes.map(({ name }) => name), field.bar], cornerRows([first, second, third], cuts, at)),
  };
}

function panelAxes(first: Axis, second: Axis, panels: number): Record<string, unknown> {
  const axes = Array.from({ length: panels }, (_, n) => {
    const suffix = n === 0 ? '' : String(n + 1);
    const domain = [n / panels + (n > 0 ? 0.02 : 0), (n + 1) / panels - (panels > 1 ? 0.02 : 0)];
    return [
      [`xaxis${suffix}`, { title: { text: first.name }, type: axisType(first.coordinate), domain }],
      [
        `yaxis${suffix}`,
        { title: { text: n === 0 ? second.name : '' }, type: axisType(second.coordinate), anchor: `x${suffix}` },
      ],
    ];
  });
  return Object.fromEntries(axes.flat()) as Record<string, unknown>;
}

function cutLabel({ name, grid }: Axis, k: number, n: number, panels: number): Record<string, unknown> {
  const place = { x: (n + 0.5) / panels, y: 1.08, xref: 'paper', yref: 'paper', showarrow: false };
  return { text: `${name} = ${short(grid[k])}`, ...place };
}

/** A quarter, the middle and three quarters of each of the first two axes, at each cut. */
function cornerRows(
  [first, second, third]: readonly (Axis | undefined)[],
  cuts: readonly number[],
  at: (i: number, j: number, k: number) => number,
): number[][] {
  const places = ({ grid }: Axis): number[] => CUTS.map((share) => Math.round(share * (grid.length - 1)));
  return cuts.flatMap((k) =>
    places(first!).flatMap((i) =>
      places(second!).map((j) => {
        const third_ = third === undefined ? [] : [third.grid[k]];
        return [first!.grid[i], second!.grid[j], ...third_, at(i, j, k)];
      }),
    ),
  );
}

/** Rows of a table beside a figure. */
const MOST_ROWS = 21;

function tableOf(head: readonly string[], rows: readonly (readonly number[])[]): Figure['table'] {
  const chosen = rows.length <= MOST_ROWS + 6 ? rows : evenIndices(rows.length, MOST_ROWS).map((i) => rows[i]);
  return { head, rows: chosen.map((row) => row.map((cell) => (Number.isFinite(cell) ? short(cell) : null))) };
}

/** Indices of at most so many points of n, evenly, both ends among them. */
function evenIndices(n: number, most = MOST_POINTS): number[] {
  const count = Math.min(n, most);
  return Array.from({ length: count }, (_, i) => (count === 1 ? 0 : Math.round((i * (n - 1)) / (count - 1))));
}

function colorAxis(title: string): Record<string, unknown> {
  return { colorscale: 'Viridis', colorbar: { title: { text: title, side: 'right' }, thickness: 14 } };
}

function axisType(coordinate: Axis['coordinate']): 'linear' | 'log' {
  return coordinate === 'log' ? 'log' : 'linear';
}

function short(value: number): number {
  return Number(value.toPrecision(5));
}
