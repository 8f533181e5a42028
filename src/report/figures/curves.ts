import { mean } from 'simple-statistics';
import type { MethodResult, Results, RunResult } from '../../artifacts/results/results.js';
import { interpolateTable } from '../../math/interpolation.js';
import { standardError } from '../../statistics/mean-interval.js';
import { baseLayout, counted, extent, flatRange, logAxis, type Figure } from '../figure.js';
import { isOurs, styleOf } from '../method-style.js';
import { isAttacked, objectiveName } from '../objective.js';

/** Learning rate over time, the policy of every seed beside the baselines. */
export function rateFigure(results: Results): Figure {
  const data = inFront(results).flatMap((method) => {
    const runs = method.rate === null ? method.runs : method.runs.slice(0, 1);
    const { color, dash, width } = styleOf(method, results);
    return runs.map((run, i) => ({
      type: 'scatter',
      mode: 'lines',
      name: method.label,
      legendgroup: method.id,
      showlegend: i === 0,
      x: run.series.update,
      y: run.series.lr,
      line: { color, dash, width, shape: 'hv' },
      hovertemplate: `update %{x}: rate %{y:.4g}<extra>%{fullData.name}, seed ${run.seed}</extra>`,
    }));
  });
  const rates = results.methods.flatMap((method) => method.runs.flatMap((run) => run.series.lr));
  const flat = flatRange(rates);
  return {
    id: 'rate',
    title: 'Learning rate over time',
    caption:
      'The rate in force at each update. The policy has one line per seed, because each seed has its own pilot and sees its own losses; baselines with one rate for all seeds have one line.',
    data,
    layout: baseLayout('updates', 'learning rate', {
      yaxis: flat === null ? logAxis('learning rate', rates) : { title: { text: 'learning rate' }, range: flat },
    }),
    table: ratesTable(results),
  };
}

/** Lines of policies are drawn last, on top of the others; the legend has the order of the lines. */
function inFront({ methods }: Results): MethodResult[] {
  return [...methods.filter((method) => !isOurs(method)), ...methods.filter(isOurs)];
}

/** Minibatch loss of the update over time: mean over seeds, with a band of one standard error. */
export function lossFigure(results: Results): Figure {
  const data = inFront(results).flatMap((method) => {
    const { update, average, error } = bandOf(method.runs);
    const { color, dash, width } = styleOf(method, results);
    const shared = { type: 'scatter', mode: 'lines', legendgroup: method.id };
    return [
      {
        ...shared,
        showlegend: false,
        hoverinfo: 'skip',
        x: [...update, ...update.toReversed()],
        y: [...average.map((y, i) => y + error[i]), ...average.map((y, i) => y - error[i]).toReversed()],
        fill: 'toself',
        fillcolor: `${color}26`,
        line: { color, width: 0 },
      },
      {
        ...shared,
        name: method.label,
        x: update,
        y: average,
        line: { color, dash, width },
        hovertemplate: 'update %{x}: loss %{y:.4f}<extra>%{fullData.name}</extra>',
      },
    ];
  });
  const range = lossRange(results);
  const loss = trainingLoss(results);
  return {
    id: 'loss',
    title: `${loss[0].toUpperCase()}${loss.slice(1)} over time`,
    caption: [
      `Minibatch ${loss} (block means), ${bandWords(results)}.`,
      'The final losses of the table above are measured on fixed examples, so they need not end where these lines end.',
      `What the policy minimises is the ${objectiveName(results)}.`,
      cutSentence(results, range),
    ].join(' '),
    data,
    layout: baseLayout('updates', `minibatch ${loss}`, {
      yaxis: { title: { text: `minibatch ${loss}`, standoff: 8 }, range, zeroline: false },
    }),
    table: {
      head: ['method', 'first block', 'middle', 'last block'],
      rows: results.methods.map((method) => {
        const { average } = bandOf(method.runs);
        const at = [0, Math.floor(average.length / 2), average.length - 1];
        return [method.label, ...at.map((i) => (average[i] === undefined ? null : Number(average[i].toFixed(4))))];
      }),
    },
  };
}

function trainingLoss(results: Results): string {
  return isAttacked(results) ? 'adversarial training loss' : 'training loss';
}

/** Share of an axis that a line covers: curves nearer than this look like one. */
const LINE_WIDTH = 0.01;

/** Share of a run over which curves must be that near before their difference is drawn. */
const SHARE = 0.25;

/**
 * Each method's loss less the policy's, as a share of the latter, smoothed over a twentieth of the run, where some curve
 * lies within a line's width of the policy's for a quarter of the run; nothing where all can be told apart.
 */
export function lossDifferenceFigure(results: Results): Figure[] {
  const policy = results.methods.find(({ family }) => family === 'policy')!;
  const own = bandOf(policy.runs);
  const [low, high] = lossRange(results);
  const others = inFront(results).filter((method) => method !== policy);
  const curves = others.map((method) => ({ method, ...differenceTo(own, bandOf(method.runs)) }));
  const isNear = ({ absolute }: { absolute: readonly number[] }): boolean =>
    absolute.filter((value) => Math.abs(value) < LINE_WIDTH * (high - low)).length > SHARE * absolute.length;
  const near = curves.filter(isNear);
  if (near.length === 0) return [];
  const shown = smoothed(
    near.flatMap(({ relative }) => relative.slice(Math.floor(relative.length / 10))),
    1,
  );
  const [least, most] = extent(shown);
  const margin = 0.15 * (most - least || 1);
  const title = 'loss less that of the policy, %';
  return [
    {
      id: 'loss-difference',
      title: 'The same losses less the policy’s',
      caption: `Mean over seeds of each method's minibatch loss less that of ${policy.label} on the same minibatches, as a share of the latter, smoothed over a twentieth of the run: above 0 the method is behind. The axis is that of the ${counted(near.length, 'curve')} that ${near.length === 1 ? 'lies' : 'lie'} within a line's width of the policy's above.`,
      data: curves.map(({ method, update, relative }) => {
        const { color, dash, width } = styleOf(method, results);
        return {
          ...{ type: 'scatter', mode: 'lines', name: method.label, x: update },
          y: smoothed(relative, Math.max(1, Math.round(relative.length / 20))),
          line: { color, dash, width },
          hovertemplate: 'update %{x}: %{y:.2f} %<extra>%{fullData.name}</extra>',
        };
      }),
      layout: baseLayout('updates', title, {
        yaxis: { title: { text: title, standoff: 8 }, range: [Math.min(0, least) - margin, Math.max(0, most) + margin], zeroline: true, zerolinewidth: 2 }, // prettier-ignore
      }),
      table: {
        head: ['method', 'at a quarter, %', 'at half time, %', 'mean of the last tenth, %'],
        rows: curves.map(({ method, relative }) => {
          const at = (share: number): number | null => rounded(smoothed(relative, Math.max(1, Math.round(relative.length / 20)))[Math.floor(share * relative.length)]); // prettier-ignore
          const end = relative.slice(-Math.ceil(relative.length / 10));
          return [method.label, at(0.25), at(0.5), rounded(end.length === 0 ? NaN : mean(end))];
        }),
      },
    },
  ];
}

/** Each method's rate over the policy's, where some rate lies within a line's width of it for a part of the run and leaves it. */
export function rateDifferenceFigure(results: Results): Figure[] {
  const policy = results.methods.find(({ family }) => family === 'policy')!;
  const curves = inFront(results).flatMap((method) => {
    const { update, relative } = differenceTo(rateBand(policy), rateBand(method));
    return method === policy || relative.length === 0 ? [] : [{ method, update, relative }];
  });
  const isNear = ({ relative }: { relative: readonly number[] }): boolean => {
    const near = relative.filter((value) => Math.abs(value) < 100 * LINE_WIDTH).length;
    return near > SHARE * relative.length && relative.some((value) => value !== 0);
  };
  const near = curves.filter(isNear);
  if (near.length === 0) return [];
  const [least, most] = extent(near.flatMap(({ relative }) => relative));
  const margin = 0.1 * (most - least || 1);
  const title = 'rate less that of the policy, %';
  return [
    {
      id: 'rate-difference',
      title: 'The same rates less the policy’s',
      caption: `Mean over seeds of each method's rate less that of ${policy.label}, as a share of the latter. The axis is that of the ${counted(near.length, 'rate')} that ${near.length === 1 ? 'lies' : 'lie'} within 1 % of it for a part of the run.`,
      data: curves.map(({ method, update, relative }) => {
        const { color, dash, width } = styleOf(method, results);
        return {
          ...{ type: 'scatter', mode: 'lines', name: method.label, x: update, y: relative },
          line: { color, dash, width, shape: 'hv' },
          hovertemplate: 'update %{x}: %{y:.2f} %<extra>%{fullData.name}</extra>',
        };
      }),
      layout: baseLayout('updates', title, {
        yaxis: { title: { text: title, standoff: 8 }, range: [Math.min(0, least) - margin, Math.max(0, most) + margin], zeroline: true, zerolinewidth: 2 }, // prettier-ignore
      }),
      table: {
        head: ['method', 'at a quarter, %', 'at half time, %', 'at the end, %'],
        rows: curves.map(({ method, relative }) => [
          method.label,
          ...[0.25, 0.5, 1].map((share) => rounded(relative[Math.round(share * (relative.length - 1))])),
        ]),
      },
    },
  ];
}

/** Mean rate over seeds at the updates of the longest run. */
function rateBand({ runs }: MethodResult): Band {
  const longest = runs.reduce((a, b) => (b.series.update.length > a.series.update.length ? b : a)).series;
  const average = longest.update.map((_, i) =>
    mean(runs.map(({ series }) => series.lr[Math.min(i, series.lr.length - 1)])),
  );
  return { update: longest.update, average };
}

interface Band {
  readonly update: readonly number[];
  readonly average: readonly number[];
}

/** At the policy's updates; of a run of another number of updates in between its own. */
function differenceTo(own: Band, other: Band): { update: number[]; absolute: number[]; relative: number[] } {
  if (other.update.length < 2) return { update: [], absolute: [], relative: [] };
  const axes = [{ coordinate: 'identity', grid: other.update }] as const;
  const last = other.update[other.update.length - 1];
  const update = own.update.filter((at) => at <= last);
  const absolute = update.map((at, i) => interpolateTable(axes, other.average, [at]) - own.average[i]);
  return { update, absolute, relative: absolute.map((value, i) => (100 * value) / own.average[i]) };
}

/** Means over windows of so many values, shorter at the ends. */
function smoothed(values: readonly number[], width: number): number[] {
  const half = Math.floor(width / 2);
  return values.map((_, i) => mean(values.slice(Math.max(0, i - half), i + half + 1)));
}

function rounded(value: number | undefined): number | null {
  return value === undefined || !Number.isFinite(value) ? null : Number(value.toFixed(3));
}

/** Mean and standard error over seeds at each block where every run has a finite loss. */
function bandOf(runs: readonly RunResult[]): { update: number[]; average: number[]; error: number[] } {
  const longest = runs.reduce((a, b) => (b.series.update.length > a.series.update.length ? b : a));
  const band = { update: [] as number[], average: [] as number[], error: [] as number[] };
  longest.series.update.forEach((update, i) => {
    const losses = runs.map((run) => run.series.loss[i]).filter((loss): loss is number => typeof loss === 'number');
    if (losses.length < runs.length) return;
    band.update.push(update);
    band.average.push(mean(losses));
    band.error.push(losses.length < 2 ? 0 : standardError(losses));
  });
  return band;
}

function bandWords({ methods }: Results): string {
  const seeds = methods[0].runs.length;
  return seeds === 1
    ? 'of the one seed'
    : `mean over ${counted(seeds, 'seed')}, with a band of one standard error in the colour of its line`;
}

/** From just below the lowest curve to a little above where training starts: one diverged run must not flatten the rest. */
function lossRange(results: Results): [number, number] {
  const bands = results.methods.map((method) => bandOf(method.runs).average).filter((average) => average.length > 0);
  const low = Math.min(...bands.flat());
  const policy = bandOf(results.methods.find((method) => method.family === 'policy')!.runs).average;
  const start = (policy.length > 0 ? policy : bands.flat().slice(0, 1))[0];
  return [low - 0.05 * (start - low), start + 0.1 * (start - low)];
}

/** That the picture ends there, and whose curves go on beyond it. */
function cutSentence(results: Results, [, top]: readonly [number, number]): string {
  const beyond = results.methods.filter((method) => bandOf(method.runs).average.some((loss) => loss > top));
  const who = beyond.length === 0 ? 'no mean curve goes' : `${beyond.map(({ label }) => label).join('; ')} go`;
  return `The axis is cut at ${top.toFixed(2)}, a little above where training starts: ${who} beyond it.`;
}

function ratesTable(results: Results): Figure['table'] {
  const head = ['method', 'seed', 'largest rate', 'rate at half time', 'last rate'];
  const rows = results.methods.flatMap((method) =>
    method.runs.map(({ seed, series: { lr } }) => {
      const digits = (rate: number): number => Number(rate.toPrecision(3));
      return [
        method.label,
        seed,
        digits(Math.max(...lr)),
        digits(lr[Math.floor(lr.length / 2)]),
        digits(lr[lr.length - 1]),
      ];
    }),
  );
  return { head, rows };
}
