import type { ProblemResult } from '../../artifacts/solution/problem-solution.js';
import { baseLayout, colorAxis, COLORS, dash, type Figure } from '../figure.js';
import { axesOf, panelLayouts } from '../panels.js';
import { evenIndices, short, stateAxis, tableOf, type Axis } from './grid-points.js';

/** Density of the state under the policy, at times, row-major over the axes. */
export interface GridDensity {
  readonly times: readonly number[];
  readonly values: readonly ArrayLike<number>[];
}

/** Paths under the policy: of each path the states at the times, up to where it ended. */
export interface GridPaths {
  readonly times: readonly number[];
  readonly paths: readonly (readonly (readonly number[])[])[];
}

/** Shares of the time levels at which a density of one state is drawn. */
const MOMENTS = [0.1, 0.25, 0.5, 0.75, 1];

/** Where the state is under the policy, from the forward equation. */
export function densityFigure(
  axes: readonly Axis[],
  density: GridDensity,
  result: NonNullable<ProblemResult['density']>,
): Figure {
  const text = {
    id: 'density',
    title: 'Where the state is under the policy',
    caption: `Probability density from the start of the file, by the forward Kolmogorov equation${result.status === 'converged' ? '' : ` (status ${result.status})`}. At t = ${short(result.time)} the mass inside is ${shown(result.mass)}, and ${shown(result.absorbed)} has been absorbed.`,
  };
  return axes.length === 1 ? densityCurves(axes[0], density, text) : densityMap(axes, density, text);
}

type Text = Pick<Figure, 'id' | 'title' | 'caption'>;

function densityCurves(axis: Axis, { times, values }: GridDensity, text: Text): Figure {
  const levels = [...new Set(MOMENTS.map((share) => Math.round(share * (times.length - 1))))].filter(
    (level) => level > 0,
  );
  const nodes = evenIndices(axis.grid.length);
  const colors = [COLORS.fixed_clipped, COLORS.fixed, COLORS.decay, COLORS.named, COLORS.policy];
  const x = nodes.map((i) => axis.grid[i]);
  return {
    ...text,
    data: levels.map((level, k) => ({
      ...{ type: 'scatter', mode: 'lines', name: `t = ${short(times[level])}`, x },
      y: nodes.map((i) => values[level][i]),
      line: { color: colors[k % colors.length], width: 2, dash: dash(k) },
      hovertemplate: `${axis.name} = %{x:.4g}: %{y:.4g}<extra>t = ${short(times[level])}</extra>`,
    })),
    layout: baseLayout(axis.name, 'density', { xaxis: stateAxis(axis) }),
    table: tableOf(
      [axis.name, ...levels.map((level) => `t = ${short(times[level])}`)],
      nodes.map((i) => [axis.grid[i], ...levels.map((level) => values[level][i])]),
    ),
  };
}

/** Two states at the last level; of three the density of the first two, the third summed over its nodes' widths. */
function densityMap(axes: readonly Axis[], { times, values }: GridDensity, text: Text): Figure {
  const [first, second, third] = axes;
  const last = values[values.length - 1];
  const widths = third === undefined ? [1] : widthsOf(third.grid);
  const at = (i: number, j: number): number =>
    widths.reduce((sum, width, k) => sum + width * last[(i * second.grid.length + j) * widths.length + k], 0);
  const [columns, rows] = [evenIndices(first.grid.length), evenIndices(second.grid.length)];
  const z = rows.map((j) => columns.map((i) => at(i, j)));
  const of = third === undefined ? '' : ` The density of ${first.name} and ${second.name} alone is shown.`;
  const map = {
    ...{ type: 'heatmap', x: columns.map((i) => first.grid[i]), y: rows.map((j) => second.grid[j]), z },
    ...{ coloraxis: 'coloraxis', ...axesOf(0) },
    hovertemplate: `${first.name} %{x:.3g}, ${second.name} %{y:.3g}: %{z:.4g}<extra></extra>`,
  };
  const few = evenIndices(columns.length, 5);
  const fewRows = evenIndices(rows.length, 4);
  return {
    ...text,
    title: `${text.title} at t = ${short(times[times.length - 1])}`,
    caption: `${text.caption}${of}`,
    data: [map],
    ...panelLayouts([{ title: '', x: stateAxis(first), y: stateAxis(second), colors: colorAxis('density') }], 360),
    table: tableOf(
      [first.name, second.name, 'density'],
      few.flatMap((i) => fewRows.map((j) => [first.grid[columns[i]], second.grid[rows[j]], z[j][i]])),
    ),
  };
}

function widthsOf(grid: readonly number[]): number[] {
  return grid.map((x, i) => ((grid[i + 1] ?? x) - (grid[i - 1] ?? x)) / 2);
}

/** A figure for each state: the first simulated paths over time, and their mean and spread at the horizon. */
export function pathFigures(
  axes: readonly Axis[],
  { times, paths }: GridPaths,
  result: NonNullable<ProblemResult['simulation']>,
): Figure[] {
  const levels = evenIndices(times.length);
  return axes.map((axis, d) => {
    const [mean, deviation] = [result.mean[axis.name] ?? null, result.standard_deviation[axis.name] ?? null];
    const lines = paths.map((path, k) => ({
      ...{
        type: 'scatter',
        mode: 'lines',
        legendgroup: 'paths',
        showlegend: k === 0,
        name: `${paths.length} of the paths`,
      },
      ...pathLine(levels.filter((level) => level < path.length).map((level) => [times[level], path[level][d]])),
      line: { color: COLORS.fixed, width: 0.9 },
      hovertemplate: `path ${k + 1}, t = %{x:.4g}: %{y:.4g}<extra></extra>`,
    }));
    const ends = {
      ...{ type: 'scatter', mode: 'markers', name: 'where they end', marker: { color: COLORS.schedule_free, size: 5 } },
      x: paths.map((path) => times[path.length - 1]),
      y: paths.map((path) => path[path.length - 1][d]),
      hovertemplate: 'ends at t = %{x:.4g}: %{y:.4g}<extra></extra>',
    };
    const end = {
      ...{
        type: 'scatter',
        mode: 'markers',
        name: `mean and standard deviation of all ${result.paths} at the horizon`,
      },
      ...{ x: [times[times.length - 1]], y: [mean], marker: { color: COLORS.policy, size: 9, symbol: 'square' } },
      error_y: { type: 'data', array: [deviation ?? 0], color: COLORS.policy, thickness: 2 },
    };
    return {
      id: `paths-${d}`,
      title: `Simulated paths: ${axis.name}`,
      caption: `${costWords(result)} Paths end where they stop or meet an absorbing face.`,
      data: [...lines, ends, ...(mean === null ? [] : [end])],
      layout: baseLayout('t', axis.name, { yaxis: stateAxis(axis) }),
      table: tableOf(
        ['t', 'paths on their way', 'mean of those drawn', 'least', 'largest'],
        levels.map((level) =>
          rowAt(
            times[level],
            paths.flatMap((path) => (level < path.length ? [path[level][d]] : [])),
          ),
        ),
      ),
    };
  });
}

function pathLine(points: readonly (readonly number[])[]): { x: number[]; y: number[] } {
  return { x: points.map(([t]) => t), y: points.map(([, y]) => y) };
}

function rowAt(t: number, values: readonly number[]): number[] {
  if (values.length === 0) return [t, 0, NaN, NaN, NaN];
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return [t, values.length, mean, Math.min(...values), Math.max(...values)];
}

/** Whether the simulation confirms the value. */
function costWords({
  paths,
  cost,
  standard_error: error,
  value,
  deviation,
}: NonNullable<ProblemResult['simulation']>): string {
  const far = deviation === null ? '' : `, ${Math.abs(deviation) < 2 ? 'within' : 'which is'} ${Number(Math.abs(deviation).toPrecision(2))} standard errors of it`; // prettier-ignore
  return `The mean of ${paths} simulated paths is ${shown(cost)} ± ${error === null ? 'not known' : Number(error.toPrecision(2))} (standard error) where the value says ${shown(value)}${far}.`;
}

function shown(value: number | null): string {
  return value === null ? 'not known' : String(short(value));
}
