import type { Results } from '../../artifacts/results.js';
import type { Solution } from '../../artifacts/solution.js';
import { baseLayout, type Figure } from '../figure.js';

/** Shares of the run at which value and policy are shown. */
const MOMENTS = [0, 0.9, 0.98];

/** Value function and policy of the first seed that has a solution; none if no seed has one. */
export function heatMapFigures(results: Results): Figure[] {
  const seed = results.seeds.find((record) => record.solution !== null);
  if (seed === undefined) return [];
  const solution = seed.solution!;
  const draw = solution.axes.length === 1 ? timeStateMap : stateMaps;
  return [
    draw(solution, solution.control, {
      id: 'policy-map',
      title: `The policy, seed ${seed.seed}`,
      caption:
        'Learning rate that the Hamilton-Jacobi-Bellman equation asks for in each state. Early, nearly every state asks for the peak; late, the rate falls first where little of the slow part is left and much of the loss is noise.',
      bar: 'learning rate',
    }),
    draw(solution, solution.value, {
      id: 'value-map',
      title: `The value function, seed ${seed.seed}`,
      caption:
        'Expected final loss from each state under the optimal policy. Where the colours run parallel to the noise axis, noise held now is forgotten before the end and costs nothing.',
      bar: 'expected final loss',
    }),
  ];
}

interface MapText {
  readonly id: string;
  readonly title: string;
  readonly caption: string;
  readonly bar: string;
}

/** Two states: one map for each moment, slow part against noise part. */
function stateMaps(solution: Solution, levels: Solution['value'], text: MapText): Figure {
  const [slow, noise] = solution.axes;
  const chosen = MOMENTS.map((share) =>
    nearestLevel(solution.times, share * solution.times[solution.times.length - 1]),
  );
  const data = chosen.map((level, i) => ({
    type: 'heatmap',
    x: slow.grid,
    y: noise.grid,
    z: noise.grid.map((_, row) => slow.grid.map((__, column) => levels[level][column * noise.grid.length + row])),
    coloraxis: 'coloraxis',
    xaxis: i === 0 ? 'x' : `x${i + 1}`,
    yaxis: i === 0 ? 'y' : `y${i + 1}`,
    hovertemplate: `${slow.name} %{x:.3g}, ${noise.name} %{y:.3g}: %{z:.4g}<extra></extra>`,
  }));
  const axes = Object.fromEntries(
    chosen.flatMap((_, i) => {
      const n = i === 0 ? '' : String(i + 1);
      const domain = [i / 3 + 0.02, (i + 1) / 3 - 0.03];
      const x = { title: { text: `${slow.name} part` }, type: axisType(slow.coordinate), domain, nticks: 4 };
      const y = {
        title: { text: i === 0 ? `${noise.name} part` : '' },
        type: axisType(noise.coordinate),
        exponentformat: 'power',
        anchor: `x${n}`,
      };
      return [
        [`xaxis${n}`, x],
        [`yaxis${n}`, y],
      ];
    }),
  );
  const annotations = chosen.map((level, i) => ({
    text: `update ${Math.round(solution.times[level])}`,
    x: (i + 0.5) / 3,
    y: 1.08,
    xref: 'paper',
    yref: 'paper',
    showarrow: false,
  }));
  return {
    ...words(text),
    data,
    layout: baseLayout('', '', {
      ...axes,
      annotations,
      margin: { l: 70, r: 20, t: 40, b: 55 },
      coloraxis: colorAxis(text.bar),
    }),
    table: {
      head: ['update', slow.name, noise.name, text.bar],
      rows: chosen.flatMap((level) =>
        [0.2, 0.5, 0.8].flatMap((a) =>
          [0.2, 0.8].map((b) => {
            const [i, j] = [Math.floor(a * slow.grid.length), Math.floor(b * noise.grid.length)];
            return [solution.times[level], slow.grid[i], noise.grid[j], levels[level][i * noise.grid.length + j]].map(
              (value) => (value === null ? null : Number(value.toPrecision(4))),
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
  const middle = Math.floor(state.grid.length / 2);
  return {
    ...words(text),
    data: [
      {
        type: 'heatmap',
        x: solution.times,
        y: state.grid,
        z: state.grid.map((_, i) => levels.map((level) => level[i])),
        coloraxis: 'coloraxis',
      },
    ],
    layout: baseLayout('updates', state.name, {
      yaxis: { title: { text: state.name }, type: axisType(state.coordinate) },
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

function words({ id, title, caption }: MapText): Pick<Figure, 'id' | 'title' | 'caption'> {
  return { id, title, caption };
}

function colorAxis(title: string): Record<string, unknown> {
  return { colorscale: 'Viridis', colorbar: { title: { text: title, side: 'right' }, thickness: 14 } };
}

function axisType(coordinate: 'identity' | 'log'): 'linear' | 'log' {
  return coordinate === 'log' ? 'log' : 'linear';
}

function nearestLevel(times: readonly number[], time: number): number {
  return times.reduce((best, at, i) => (Math.abs(at - time) < Math.abs(times[best] - time) ? i : best), 0);
}
