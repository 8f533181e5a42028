import type { Results } from '../../artifacts/results/results.js';
import type { Solution } from '../../artifacts/solution/solution.js';
import { closureNamed } from '../../closures/index.js';
import { baseLayout, logAxis, type Figure } from '../figure.js';
import { objectiveName, objectiveOf } from '../objective.js';

/** Shares of the run at which value and policy are shown. */
const MOMENTS = [0, 0.9, 0.98];

/** Value function and policy of the first seed that has a solution; none if no seed has one. */
export function heatMapFigures(results: Results): Figure[] {
  const seed = results.seeds.find((record) => record.solution !== null);
  if (seed === undefined) return [];
  const solution = seed.solution!;
  const draw = solution.axes.length === 1 ? timeStateMap : stateMaps;
  const one = whichSeed(results, seed.seed);
  const value = valueWords(results);
  return [
    draw(solution, solution.control, {
      id: 'policy-map',
      title: `The policy, seed ${seed.seed}`,
      caption: `Learning rate that the Hamilton-Jacobi-Bellman equation asks for in each state. ${one}`,
      bar: 'learning rate',
      ownScales: false,
    }),
    draw(solution, solution.value, {
      id: 'value-map',
      title: `The value function, seed ${seed.seed}`,
      caption: [value.sentence, closureNamed(solution.closure).mapRemark ?? '', one]
        .filter((text) => text !== '')
        .join(' '),
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

/** Two states: one map for each moment, the first state against the second; of a third its middle is shown. */
function stateMaps(solution: Solution, levels: Solution['value'], text: MapText): Figure {
  const [slow, noise, ...others] = solution.axes;
  const words = wordsOf(solution);
  const stride = others.reduce((nodes, { grid }) => nodes * grid.length, 1);
  const at = (level: number, i: number, j: number): number | null =>
    levels[level][(i * noise.grid.length + j) * stride + Math.floor(stride / 2)];
  const chosen = MOMENTS.map((share) =>
    nearestLevel(solution.times, share * solution.times[solution.times.length - 1]),
  );
  const data = chosen.map((level, i) => ({
    type: 'heatmap',
    x: slow.grid,
    y: noise.grid,
    z: noise.grid.map((_, row) => slow.grid.map((__, column) => at(level, column, row))),
    coloraxis: text.ownScales ? numbered('coloraxis', i) : 'coloraxis',
    xaxis: numbered('x', i),
    yaxis: numbered('y', i),
    hovertemplate: `${slow.name} %{x:.3g}, ${noise.name} %{y:.3g}: %{z:.4g}<extra></extra>`,
  }));
  const axes = Object.fromEntries(
    chosen.flatMap((_, i) => {
      const n = i === 0 ? '' : String(i + 1);
      const domain = [i / 3 + 0.02, (i + 1) / 3 - 0.03];
      const x = { ...stateAxis(slow, words[slow.name]), domain };
      const y = { ...stateAxis(noise, i === 0 ? words[noise.name] : ''), anchor: `x${n}` };
      return [
        [`xaxis${n}`, x],
        [`yaxis${n}`, y],
      ];
    }),
  );
  const annotations = chosen.map((level, i) => ({
    text: `update ${Math.round(solution.times[level])}`,
    x: (i + 0.5) / 3,
    y: 1.1,
    xref: 'paper',
    yref: 'paper',
    showarrow: false,
  }));
  return {
    ...textOf(text),
    data,
    layout: baseLayout('', '', {
      ...axes,
      annotations,
      margin: { l: 70, r: 20, t: 40, b: 55 },
      ...(text.ownScales ? ownColorAxes(text.bar, chosen.length) : { coloraxis: colorAxis(text.bar) }),
    }),
    table: {
      head: ['update', slow.name, noise.name, text.bar],
      rows: chosen.flatMap((level) =>
        [0.2, 0.5, 0.8].flatMap((a) =>
          [0.2, 0.8].map((b) => {
            const [i, j] = [Math.floor(a * slow.grid.length), Math.floor(b * noise.grid.length)];
            return [solution.times[level], slow.grid[i], noise.grid[j], at(level, i, j)].map((value) =>
              value === null ? null : Number(value.toPrecision(4)),
            );
          }),
        ),
      ),
    },
  };
}

/** One state: time against state. */
function timeStateMap(solution: Solution, levels: Solution['value'], text: MapText): Figure {
  const [state] = solution.axes;
  const label = wordsOf(solution)[state.name];
  const middle = Math.floor(state.grid.length / 2);
  return {
    ...textOf(text),
    data: [
      {
        type: 'heatmap',
        x: solution.times,
        y: state.grid,
        z: state.grid.map((_, i) => levels.map((level) => level[i])),
        coloraxis: 'coloraxis',
      },
    ],
    layout: baseLayout('updates', label, {
      yaxis: stateAxis(state, label),
      coloraxis: colorAxis(text.bar),
    }),
    table: {
      head: ['update', state.name, text.bar],
      rows: solution.times.map((time, level) => [
        Number(time.toPrecision(4)),
        Number(state.grid[middle].toPrecision(4)),
        levels[level][middle],
      ]),
    },
  };
}

/** What the closure calls its states. */
function wordsOf({ closure, axes }: Solution): Readonly<Record<string, string>> {
  const states = closureNamed(closure).axes;
  return Object.fromEntries(axes.map(({ name }) => [name, states[name]?.words ?? name]));
}

function textOf({ id, title, caption }: MapText): Pick<Figure, 'id' | 'title' | 'caption'> {
  return { id, title, caption };
}

function colorAxis(title: string): Record<string, unknown> {
  return { colorscale: 'Viridis', colorbar: { title: { text: title, side: 'right' }, thickness: 14 } };
}

/** One colour scale under each map. */
function ownColorAxes(title: string, maps: number): Record<string, unknown> {
  const bar = (i: number) => ({
    orientation: 'h',
    thickness: 10,
    len: 0.85 / maps,
    x: (i + 0.5) / maps,
    y: -0.3,
    yanchor: 'top',
    nticks: 4,
    title: { text: title, side: 'bottom' },
  });
  const entries = Array.from({ length: maps }, (_, i) => [
    numbered('coloraxis', i),
    { colorscale: 'Viridis', colorbar: bar(i) },
  ]);
  return { ...(Object.fromEntries(entries) as Record<string, unknown>), margin: { l: 70, r: 20, t: 40, b: 160 } };
}

/** Plotly's names of the n-th axis: x, x2, x3. */
function numbered(name: string, i: number): string {
  return i === 0 ? name : `${name}${i + 1}`;
}

function stateAxis({ coordinate, grid }: Solution['axes'][number], title: string): Record<string, unknown> {
  return coordinate === 'log' ? logAxis(title, grid) : { title: { text: title }, zeroline: false };
}

function nearestLevel(times: readonly number[], time: number): number {
  return times.reduce((best, at, i) => (Math.abs(at - time) < Math.abs(times[best] - time) ? i : best), 0);
}
