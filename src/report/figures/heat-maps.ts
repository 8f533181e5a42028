import type { Results } from '../../artifacts/results/results.js';
import type { Solution } from '../../artifacts/solution/solution.js';
import { closureNamed } from '../../closures/index.js';
import { colorAxis, dash, flatRange, logAxis, type Figure } from '../figure.js';
import { axesOf, numbered, panelLayouts } from '../panels.js';
import { objectiveName, objectiveOf } from '../objective.js';

/** What a filter believed along one run: its states after each of some updates, in the order of its closure. */
export interface BelievedPath {
  readonly seed: number;
  readonly update: readonly number[];
  readonly states: readonly (readonly number[])[];
}

/** What the maps are of, and what is drawn into them. */
export interface MapTexts {
  readonly which: string;
  readonly value: { readonly bar: string; readonly sentence: string };
  readonly paths: readonly BelievedPath[];
}

/** Value function and policy of the first seed that has a solution; none if no seed has one. */
export function heatMapFigures(results: Results, paths: readonly BelievedPath[] = []): Figure[] {
  const seed = results.seeds.find((record) => record.solution !== null);
  if (seed === undefined) return [];
  return solutionMaps(seed.solution!, { which: whichSeed(results, seed.seed), value: valueWords(results), paths });
}

/** Policy and value of the solution of a closure, with paths of runs drawn in. */
export function solutionMaps(solution: Solution, { which, value, paths }: MapTexts): Figure[] {
  const draw = solution.axes.length === 1 ? timeStateMap : stateMaps;
  const drawn = paths.length === 0 ? '' : ' White lines: what the filter of each seed believed along its own run.';
  const remark = closureNamed(solution.closure).mapRemark ?? '';
  const join = (...texts: string[]): string => texts.filter((text) => text !== '').join(' ');
  return [
    draw(solution, solution.control, paths, {
      id: 'policy-map',
      title: 'The policy of the Hamilton-Jacobi-Bellman equation',
      caption: join(`Learning rate that the equation asks for in each state.${drawn}`, which),
      bar: 'learning rate',
      ownScales: false,
    }),
    draw(solution, solution.value, paths, {
      id: 'value-map',
      title: 'The value function',
      caption: join(value.sentence, remark, which),
      bar: value.bar,
      ownScales: true,
    }),
  ];
}

/** What the value is, by the form of the objective. */
function valueWords(results: Results): { bar: string; sentence: string } {
  const name = objectiveName(results);
  if (objectiveOf(results).form === 'terminal') {
    return { bar: 'expected final loss', sentence: `Expected ${name} from each state under the optimal policy.` };
  }
  return {
    bar: 'expected share still to come',
    sentence: `Expected share of the ${name} that is still to come from each state under the optimal policy; it is 0 at the end.`,
  };
}

/** Why one seed is drawn, and which. */
function whichSeed({ seeds }: Results, seed: number): string {
  if (seeds.length === 1) return '';
  return `Every seed has its own pilot and so its own equation; drawn is seed ${seed}, the first of ${seeds.length} that has a solution, because a mean over seeds solves no equation.`;
}

interface MapText {
  readonly id: string;
  readonly title: string;
  readonly caption: string;
  readonly bar: string;
  /** A colour scale for each map: one for all would leave the early ones flat. */
  readonly ownScales: boolean;
}

/** Shares of the run that are looked at; those where the picture changes are drawn. */
const CANDIDATES = [0, 0.25, 0.5, 0.75, 0.9, 0.98];
const PANELS = 3;

/**
 * Levels at which the picture differs: the first, and then those that differ most from all that were chosen, by the mean
 * difference of logarithms over the nodes.
 */
export function differingLevels({ times }: Pick<Solution, 'times'>, levels: Solution['value']): number[] {
  const end = times[times.length - 1];
  const candidates = [...new Set(CANDIDATES.map((share) => nearestLevel(times, share * end)))];
  const chosen = [candidates[0]];
  while (chosen.length < Math.min(PANELS, candidates.length)) {
    const far = (level: number): number => Math.min(...chosen.map((other) => distance(levels[level], levels[other])));
    const [next] = candidates.filter((level) => !chosen.includes(level)).sort((a, b) => far(b) - far(a));
    chosen.push(next);
  }
  return chosen.sort((a, b) => a - b);
}

function distance(a: readonly (number | null)[], b: readonly (number | null)[]): number {
  const parts = a.flatMap((x, i) => (x === null || b[i] === null ? [] : [Math.abs(x - b[i]) / (Math.abs(x) + Math.abs(b[i]) + 1e-300)])); // prettier-ignore
  return parts.length === 0 ? 0 : parts.reduce((sum, part) => sum + part, 0) / parts.length;
}

/** Two states: one map for each moment, the first state against the second; of a third its middle is shown. */
function stateMaps(
  solution: Solution,
  levels: Solution['value'],
  paths: readonly BelievedPath[],
  text: MapText,
): Figure {
  const [slow, noise, ...others] = solution.axes;
  const words = wordsOf(solution);
  const stride = others.reduce((nodes, { grid }) => nodes * grid.length, 1);
  const at = (level: number, i: number, j: number): number | null =>
    levels[level][(i * noise.grid.length + j) * stride + Math.floor(stride / 2)];
  const chosen = differingLevels(solution, levels);
  const maps = chosen.map((level, i) => ({
    type: 'heatmap',
    meta: `update ${Math.round(solution.times[level])}`,
    x: slow.grid,
    y: noise.grid,
    z: noise.grid.map((_, row) => slow.grid.map((__, column) => at(level, column, row))),
    coloraxis: text.ownScales ? numbered('coloraxis', i) : 'coloraxis',
    ...axesOf(i),
    hovertemplate: `${words[slow.name]} %{x:.3g}, ${words[noise.name]} %{y:.3g}: %{z:.4g}<extra></extra>`,
  }));
  const panels = chosen.map((level, i) => ({
    title: `update ${Math.round(solution.times[level])}`,
    x: stateAxis(slow, words[slow.name]),
    y: stateAxis(noise, i === 0 ? words[noise.name] : ''),
    colors: text.ownScales || i === 0 ? colorAxis(text.bar, text.ownScales ? levels[level] : chosen.flatMap((k) => levels[k])) : null, // prettier-ignore
  }));
  const traces = chosen.flatMap((_, i) => paths.flatMap((path, n) => pathTraces(path, n, axesOf(i))));
  const quarters = [0.2, 0.5, 0.8];
  const rows = chosen.flatMap((level) =>
    quarters.flatMap((a) =>
      [0.2, 0.8].map((b) => {
        const [i, j] = [Math.floor(a * slow.grid.length), Math.floor(b * noise.grid.length)];
        return [solution.times[level], slow.grid[i], noise.grid[j], at(level, i, j)].map(short);
      }),
    ),
  );
  return {
    ...textOf(text, levels.flat()),
    data: [...maps, ...traces],
    ...panelLayouts(panels),
    table: { head: ['update', words[slow.name], words[noise.name], text.bar], rows },
  };
}

/** One state: time against state. */
function timeStateMap(
  solution: Solution,
  levels: Solution['value'],
  paths: readonly BelievedPath[],
  text: MapText,
): Figure {
  const [state] = solution.axes;
  const label = wordsOf(solution)[state.name];
  const middle = Math.floor(state.grid.length / 2);
  const map = {
    type: 'heatmap',
    x: solution.times,
    y: state.grid,
    z: state.grid.map((_, i) => levels.map((level) => level[i])),
    coloraxis: 'coloraxis',
    hovertemplate: `update %{x:.4g}, ${label} %{y:.3g}: %{z:.4g}<extra></extra>`,
  };
  const along = paths.flatMap(({ seed, update, states }, n) => edged(pathStyle(seed, n), { x: update, y: states.map(([value]) => value) })); // prettier-ignore
  const panel = {
    title: '',
    x: { title: { text: 'updates' } },
    y: stateAxis(state, label),
    colors: colorAxis(text.bar, levels.flat()),
  };
  return {
    ...textOf(text, levels.flat()),
    data: [map, ...along],
    ...panelLayouts([panel], 380),
    table: {
      head: ['update', label, text.bar],
      rows: solution.times.map((time, level) => [time, state.grid[middle], levels[level][middle]].map(short)),
    },
  };
}

function pathTraces({ seed, states }: BelievedPath, n: number, axes: object): Record<string, unknown>[] {
  const points = { x: states.map(([first]) => first), y: states.map(([, second]) => second) };
  return edged(pathStyle(seed, n), { ...points, ...axes });
}

/** White on a dark edge, to be seen on every colour. */
function edged(style: Record<string, unknown>, points: object): Record<string, unknown>[] {
  const edge = { ...style, line: { color: '#222222', width: 4 }, hoverinfo: 'skip', hovertemplate: undefined };
  return [
    { ...edge, ...points },
    { ...style, ...points },
  ];
}

function pathStyle(seed: number, n: number): Record<string, unknown> {
  const name = `seed ${seed}: believed along its run`;
  const line = { color: '#ffffff', width: 1.6, dash: dash(n) };
  const hover = { hovertemplate: `seed ${seed}: %{x:.3g}, %{y:.3g}<extra></extra>` };
  return { type: 'scatter', mode: 'lines', name, legendgroup: name, showlegend: false, line, ...hover };
}

/** What the closure calls its states. */
function wordsOf({ closure, axes }: Solution): Readonly<Record<string, string>> {
  const states = closureNamed(closure).axes;
  return Object.fromEntries(axes.map(({ name }) => [name, states[name]?.words ?? name]));
}

/** A map of one colour says so. */
function textOf({ id, title, caption, bar }: MapText, values: readonly (number | null)[]) {
  const flat = flatRange(values);
  const constant = flat === null ? '' : ` The ${bar} is the same in every state: ${short((flat[0] + flat[1]) / 2)}.`;
  return { id, title, caption: `${caption}${constant}` };
}

function stateAxis({ coordinate, grid }: Solution['axes'][number], title: string): Record<string, unknown> {
  const plain = { title: { text: title, standoff: 8 }, zeroline: false };
  // Paths beyond the grid are where the policy holds its edge.
  const range = coordinate === 'log' ? [Math.log10(grid[0]), Math.log10(grid[grid.length - 1])] : [grid[0], grid[grid.length - 1]]; // prettier-ignore
  return { ...(coordinate === 'log' ? logAxis(title, grid) : plain), range };
}

function nearestLevel(times: readonly number[], time: number): number {
  return times.reduce((best, at, i) => (Math.abs(at - time) < Math.abs(times[best] - time) ? i : best), 0);
}

function short(value: number | null): number | null {
  return value === null ? null : Number(value.toPrecision(4));
}
