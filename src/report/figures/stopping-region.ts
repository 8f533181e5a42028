import { COLORS, type Figure } from '../figure.js';
import { axesOf, panelLayouts } from '../panels.js';
import { evenIndices, short, stateAxis, tableOf, type Axis, type GridSolution } from './grid-points.js';

/** Whether stopping is optimal at a node of a level. */
export type IsStopped = (level: number, node: number) => boolean;

const [STOP, GO_ON] = [COLORS.policy, '#bbbbbb'];
const TITLE = 'Where to stop';
const CAPTION =
  'Optimal stopping: in the region of the colour "stop" the value equals what stopping pays or costs there, so that one stops (or is indifferent, where both are 0); elsewhere one goes on.';
/** Two colours, without a bar: the caption and the hover name them. */
const COLORSCALE = [
  [0, GO_ON],
  [0.5, GO_ON],
  [0.5, STOP],
  [1, STOP],
];

/** The region in which stopping is optimal: over time and state, over one state, or over the first two states. */
export function stoppingFigure(solution: GridSolution, isStopped: IsStopped): Figure {
  const [first, second] = solution.axes;
  if (second !== undefined) return overStates(solution, isStopped);
  return solution.times.length > 1 ? overTime(solution, isStopped) : overState(solution, first, isStopped);
}

const HEAT = { type: 'heatmap', colorscale: COLORSCALE, zmin: 0, zmax: 1, showscale: false };

function overTime({ axes, times }: GridSolution, isStopped: IsStopped): Figure {
  const [axis] = axes;
  const [nodes, levels] = [evenIndices(axis.grid.length), evenIndices(times.length)];
  const z = nodes.map((i) => levels.map((level) => Number(isStopped(level, i))));
  const map = {
    ...HEAT,
    ...{ x: levels.map((level) => times[level]), y: nodes.map((i) => axis.grid[i]), z },
    hovertemplate: `t = %{x:.4g}, ${axis.name} = %{y:.4g}<extra>%{text}</extra>`,
    text: z.map((row) => row.map((one) => (one === 1 ? 'stop' : 'go on'))),
  };
  return {
    id: 'stopping-region',
    title: TITLE,
    caption: CAPTION,
    data: [map, ...keys()],
    ...panelLayouts([{ title: '', x: { title: { text: 't', standoff: 8 } }, y: stateAxis(axis), colors: null }], 320),
    table: tableOf(
      ['t', `stop where ${axis.name} is`],
      levels.map((level) => [times[level], intervalWords(axis, (i) => isStopped(level, i))]),
    ),
  };
}

function overState({ times }: GridSolution, axis: Axis, isStopped: IsStopped): Figure {
  const nodes = evenIndices(axis.grid.length);
  const z = [nodes.map((i) => Number(isStopped(0, i)))];
  const map = { ...HEAT, x: nodes.map((i) => axis.grid[i]), y: [0], z, hovertemplate: `${axis.name} = %{x:.4g}<extra></extra>` }; // prettier-ignore
  const y = { title: { text: '' }, showticklabels: false, ticks: '' };
  return {
    id: 'stopping-region',
    title: TITLE,
    caption: `${CAPTION} It is the same at every time.`,
    data: [map, ...keys()],
    ...panelLayouts([{ title: '', x: stateAxis(axis), y, colors: null }], 90),
    table: { head: ['t', `stop where ${axis.name} is`], rows: [[times[0] === 0 ? 'every time' : times[0], intervalWords(axis, (i) => isStopped(0, i))]] }, // prettier-ignore
  };
}

/** Two states at the first level, of a third its middle. */
function overStates({ axes, times, isInfinite = false }: GridSolution, isStopped: IsStopped): Figure {
  const [first, second, third] = axes;
  const depth = third?.grid.length ?? 1;
  const node = (i: number, j: number): number => (i * second.grid.length + j) * depth + (depth >> 1);
  const [columns, rows] = [evenIndices(first.grid.length), evenIndices(second.grid.length)];
  const z = rows.map((j) => columns.map((i) => Number(isStopped(0, node(i, j)))));
  const map = {
    ...HEAT,
    ...axesOf(0),
    ...{ x: columns.map((i) => first.grid[i]), y: rows.map((j) => second.grid[j]), z },
    hovertemplate: `${first.name} %{x:.3g}, ${second.name} %{y:.3g}<extra></extra>`,
  };
  const cut = third === undefined ? '' : ` Of ${third.name} its middle, ${short(third.grid[depth >> 1])}, is shown.`;
  return {
    id: 'stopping-region',
    title: `${TITLE}${isInfinite ? '' : ` at t = ${short(times[0])}`}`,
    caption: `${CAPTION}${cut}`,
    data: [map, ...keys()],
    ...panelLayouts([{ title: '', x: stateAxis(first), y: stateAxis(second), colors: null }], 360),
    table: tableOf(
      [second.name, `stop where ${first.name} is`],
      rows.map((j) => [second.grid[j], intervalWords(first, (i) => isStopped(0, node(i, j)))]),
    ),
  };
}

/** What the two colours mean, for the legend. */
function keys() {
  return [
    ['stop', STOP],
    ['go on', GO_ON],
  ].map(([name, color]) => ({
    ...{ type: 'scatter', mode: 'markers', name, x: [null], y: [null], marker: { color, symbol: 'square', size: 10 } },
    hoverinfo: 'skip',
  }));
}

/** "0.1 to 0.517; 8 to 50". */
export function intervalWords({ grid }: Axis, isIn: (node: number) => boolean): string {
  const parts: string[] = [];
  let from: number | null = null;
  for (let i = 0; i <= grid.length; i += 1) {
    const inside = i < grid.length && isIn(i);
    if (inside && from === null) from = i;
    if (inside || from === null) continue;
    parts.push(from === i - 1 ? String(short(grid[from])) : `${short(grid[from])} to ${short(grid[i - 1])}`);
    from = null;
  }
  return parts.length === 0 ? 'nowhere' : parts.join('; ');
}
