import type { Results } from '../../artifacts/results/results.js';
import { closureNamed } from '../../closures/index.js';
import { baseLayout, COLORS, dash, extent, logAxis, type Figure } from '../figure.js';
import { lossWords } from './comparison.js';
import { decidingFigure } from '../paired.js';
import type { Belief } from '../run-record.js';

const SEED_COLORS = [
  COLORS.policy,
  COLORS.fixed,
  COLORS.decay,
  COLORS.null_hypothesis,
  COLORS.named,
  COLORS.recommended,
];

/** What the filters believed along the runs: each state with its band, and the loss that they foresaw beside what came. */
export function beliefFigures(beliefs: readonly Belief[], closure: string | null): Figure[] {
  if (beliefs.length === 0) return [];
  const axes = closure === null ? {} : closureNamed(closure).axes;
  const names = [...new Set(beliefs.flatMap(({ states }) => states.map(({ name }) => name)))];
  const states = names.map((name) => stateFigure(name, axes[name]?.words ?? name, beliefs));
  return [...states, foreseenFigure(beliefs)];
}

function colorOf(i: number): string {
  return SEED_COLORS[i % SEED_COLORS.length];
}

function stateFigure(name: string, words: string, beliefs: readonly Belief[]): Figure {
  const having = beliefs.flatMap((belief, i) => {
    const state = belief.states.find((one) => one.name === name);
    return state === undefined ? [] : [{ ...belief, band: state.band, i }];
  });
  const data = having.flatMap(({ seed, update, band, i }) => {
    const shared = { type: 'scatter', mode: 'lines', legendgroup: `seed ${seed}` };
    return [
      {
        ...shared,
        ...{ showlegend: false, hoverinfo: 'skip', fill: 'toself', fillcolor: `${colorOf(i)}26` },
        ...{ x: [...update, ...update.toReversed()], y: [...band.map(([, , high]) => high), ...band.map(([low]) => low).toReversed()] }, // prettier-ignore
        line: { color: colorOf(i), width: 0 },
      },
      {
        ...shared,
        ...{ name: `seed ${seed}`, x: update, y: band.map(([, median]) => median) },
        line: { color: colorOf(i), dash: dash(i), width: 2 },
        hovertemplate: `update %{x}: %{y:.4g}<extra>seed ${seed}</extra>`,
      },
    ];
  });
  const medians = having.flatMap(({ band }) => band.map(([, median]) => median));
  const [low, high] = extent(medians);
  return {
    id: `belief-${name}`,
    title: `What the filter believed: ${words}`,
    caption: `The ${words} of the closure that the unguarded policy follows, as its filter saw it from the losses of the run so far: its median, and a band of 90 %. A band that stays wide says that the losses hardly show this state.`,
    data,
    layout: baseLayout('updates', words, {
      yaxis: high > 4 * low ? logAxis(words, medians) : { title: { text: words, standoff: 8 }, zeroline: false },
    }),
    table: {
      head: ['seed', 'update', 'median', '5 %', '95 %'],
      rows: having.flatMap(({ seed, update, band }) =>
        [0, 0.25, 0.5, 0.75, 1].map((share) => {
          const k = Math.round(share * (update.length - 1));
          const [least, median, most] = band[k];
          return [seed, update[k], short(median), short(least), short(most)];
        }),
      ),
    },
  };
}

function foreseenFigure(beliefs: readonly Belief[]): Figure {
  const data = beliefs.flatMap(({ seed, update, foreseen, seen }, i) => [
    {
      ...{ type: 'scatter', mode: 'markers', name: `seed ${seed}: loss that came`, x: update, y: seen },
      marker: { color: colorOf(i), size: 4, opacity: 0.6 },
      hovertemplate: `update %{x}: came %{y:.4f}<extra>seed ${seed}</extra>`,
    },
    {
      ...{ type: 'scatter', mode: 'lines', name: `seed ${seed}: foreseen`, x: update, y: foreseen },
      line: { color: colorOf(i), dash: dash(i), width: 2 },
      hovertemplate: `update %{x}: foreseen %{y:.4f}<extra>seed ${seed}</extra>`,
    },
  ]);
  return {
    id: 'foreseen',
    title: 'The loss that the filter foresaw, and the loss that came',
    caption:
      'Lines: the loss of the coming update as the filter foresaw it, from the losses before. Dots: means of the minibatch losses that came. Where the dots leave the line for long, the closure is wrong there.',
    data,
    layout: baseLayout('updates', 'minibatch loss'),
    table: {
      head: ['seed', 'mean error of the first half, %', 'of the second half, %'],
      rows: beliefs.map(({ seed, foreseen, seen }) => {
        const errors = foreseen.flatMap((value, k) => (seen[k] === null ? [] : [(100 * (value - seen[k])) / seen[k]]));
        const half = errors.length >> 1;
        return [seed, ...[errors.slice(0, half), errors.slice(half)].map(meanOf)];
      }),
    },
  };
}

/** The loss that each seed's policy was predicted to come to, against what its run came to. */
export function predictedFigure(results: Results): Figure[] {
  const figure = decidingFigure(results);
  const runs = results.methods.find(({ family }) => family === 'policy')?.runs ?? [];
  const points = results.seeds.flatMap(({ seed, decision }) => {
    const realised = runs.find((run) => run.seed === seed)?.[figure] ?? null;
    const predicted = decision?.predicted ?? null;
    return realised === null || predicted === null ? [] : [{ seed, realised, ...predicted }];
  });
  if (points.length === 0) return [];
  const inside = points.filter(({ realised, interval: [low, high] }) => low <= realised && realised <= high).length;
  const [low, high] = extent(points.flatMap(({ realised, median, interval }) => [realised, median, ...interval]));
  const ends = [low - 0.05 * (high - low), high + 0.05 * (high - low)];
  return [
    {
      id: 'predicted',
      title: 'Predicted against realised loss',
      caption: `${lossWords(results)} of each seed's guarded policy, as it was predicted from the pilot before the run (median and central 95 % interval), against what the run came to: ${inside} of ${points.length} lie inside. On the line the prediction is exact.`,
      data: [
        { type: 'scatter', mode: 'lines', name: 'exact', x: ends, y: ends, line: { color: '#bbbbbb', dash: 'dash', width: 2 }, hoverinfo: 'skip' }, // prettier-ignore
        {
          ...{ type: 'scatter', mode: 'markers', name: 'a seed' },
          ...{ x: points.map(({ median }) => median), y: points.map(({ realised }) => realised) },
          text: points.map(({ seed }) => `seed ${seed}`),
          marker: { color: COLORS.policy, size: 10 },
          error_x: {
            ...{ type: 'data', symmetric: false, color: COLORS.policy },
            array: points.map(({ median, interval }) => interval[1] - median),
            arrayminus: points.map(({ median, interval }) => median - interval[0]),
          },
          hovertemplate: '%{text}: predicted %{x:.4f}, came to %{y:.4f}<extra></extra>',
        },
      ],
      layout: baseLayout('predicted loss', 'realised loss'),
      table: {
        head: ['seed', 'predicted', '95 % interval', 'realised', 'inside'],
        rows: points.map(({ seed, median, interval, realised }) => [
          seed,
          short(median),
          interval.map((end) => end.toPrecision(4)).join(' to '),
          short(realised),
          interval[0] <= realised && realised <= interval[1] ? 'yes' : 'no',
        ]),
      },
    },
  ];
}

function meanOf(values: readonly number[]): number | null {
  return values.length === 0
    ? null
    : Number((values.reduce((sum, value) => sum + value, 0) / values.length).toFixed(2));
}

function short(value: number): number {
  return Number(value.toPrecision(4));
}
