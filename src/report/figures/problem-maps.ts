import { baseLayout, colorAxis, COLORS, flatRange, type Figure } from '../figure.js';
import { axesOf, panelLayouts } from '../panels.js';
import { evenIndices, short, stateAxis, tableOf, type Axis, type GridSolution } from './grid-points.js';

export type { GridSolution } from './grid-points.js';

/** What is drawn: a number for each level and node. */
interface Field {
  readonly id: string;
  readonly title: string;
  readonly caption: string;
  readonly bar: string;
  at(level: number, node: number): number;
}

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

function fieldsOf({ value, control, controls, isReward = false }: GridSolution): Field[] {
  const m = controls.length;
  const caption = `Expected ${isReward ? 'reward' : 'cost'} from each state on, under the optimal policy.`;
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

/** An infinite horizon has no first time: value and policy are those of every time. */
function when({ times, isInfinite = false }: GridSolution): string {
  return isInfinite ? ' at every time' : ` at t = ${short(times[0])}`;
}

/** What to say of numbers that are all but equal. */
function constantWords(field: Field, values: readonly number[]): string {
  const flat = flatRange(values);
  return flat === null ? '' : ` It is the same everywhere here: ${short((flat[0] + flat[1]) / 2)}.`;
}

function curve(solution: GridSolution, field: Field): Figure {
  const [axis] = solution.axes;
  const nodes = evenIndices(axis.grid.length);
  const [x, y] = [nodes.map((i) => axis.grid[i]), nodes.map((i) => field.at(0, i))];
  const flat = flatRange(y);
  const layout = baseLayout(axis.name, field.bar, { xaxis: stateAxis(axis) });
  const range =
    flat === null ? {} : { yaxis: { title: { text: field.bar, standoff: 8 }, zeroline: false, range: flat } };
  return {
    id: field.id,
    title: `${field.title}${when(solution)}`,
    caption: `${field.caption}${constantWords(field, y)}`,
    data: [{ type: 'scatter', mode: 'lines', name: field.bar, x, y, line: { color: COLORS.fixed, width: 2 }, hovertemplate: `${axis.name} = %{x:.5g}: %{y:.6g}<extra></extra>` }], // prettier-ignore
    layout: { ...layout, ...range },
    table: tableOf(
      [axis.name, field.bar],
      nodes.map((i, k) => [axis.grid[i], y[k]]),
    ),
  };
}

function timeMap({ axes, times }: GridSolution, field: Field): Figure {
  const [axis] = axes;
  const [nodes, levels] = [evenIndices(axis.grid.length), evenIndices(times.length)];
  const z = nodes.map((i) => levels.map((level) => field.at(level, i)));
  const middle = nodes[nodes.length >> 1];
  const trace = {
    type: 'heatmap',
    x: levels.map((l) => times[l]),
    y: nodes.map((i) => axis.grid[i]),
    z,
    coloraxis: 'coloraxis',
    hovertemplate: `t = %{x:.4g}, ${axis.name} = %{y:.4g}: %{z:.5g}<extra></extra>`,
  };
  const panel = {
    title: '',
    x: { title: { text: 't', standoff: 8 } },
    y: stateAxis(axis),
    colors: colorAxis(field.bar, z.flat()),
  };
  return {
    id: `${field.id}-over-time`,
    title: `${field.title} over time`,
    caption: `${field.caption}${constantWords(field, z.flat())}`,
    data: [trace],
    ...panelLayouts([panel], 340),
    table: tableOf(
      ['t', axis.name, field.bar],
      levels.map((level) => [times[level], axis.grid[middle], field.at(level, middle)]),
    ),
  };
}

/** One map, or one for each cut through the third state. */
function maps(solution: GridSolution, field: Field): Figure {
  const [first, second, third] = solution.axes;
  const depth = third?.grid.length ?? 1;
  const cuts = third === undefined ? [0] : CUTS.map((share) => Math.round(share * (depth - 1)));
  const [columns, rows] = [evenIndices(first.grid.length), evenIndices(second.grid.length)];
  const at = (i: number, j: number, k: number): number => field.at(0, (i * second.grid.length + j) * depth + k);
  const titleOf = (k: number): string => (third === undefined ? '' : `${third.name} = ${short(third.grid[k])}`);
  const data = cuts.map((k, n) => ({
    type: 'heatmap',
    meta: titleOf(k),
    x: columns.map((i) => first.grid[i]),
    y: rows.map((j) => second.grid[j]),
    z: rows.map((j) => columns.map((i) => at(i, j, k))),
    coloraxis: 'coloraxis',
    ...axesOf(n),
    hovertemplate: `${first.name} %{x:.3g}, ${second.name} %{y:.3g}: %{z:.4g}<extra></extra>`,
  }));
  const all = data.flatMap(({ z }) => z.flat());
  const panels = cuts.map((k, n) => ({
    title: titleOf(k),
    x: stateAxis(first),
    y: stateAxis(second, n === 0 ? second.name : ''),
    colors: n === 0 ? colorAxis(field.bar, all) : null,
  }));
  return {
    id: field.id,
    title: `${field.title}${when(solution)}`,
    caption: `${field.caption}${constantWords(field, all)}`,
    data,
    ...panelLayouts(panels, third === undefined ? 380 : 300),
    table: tableOf([...solution.axes.map(({ name }) => name), field.bar], cornerRows([first, second, third], cuts, at)),
  };
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
