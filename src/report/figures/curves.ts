import { mean, sampleStandardDeviation } from 'simple-statistics';
import type { MethodResult, Results, RunResult } from '../../artifacts/results/results.js';
import { baseLayout, COLORS, counted, dash, logAxis, type Figure } from '../figure.js';
import { isAttacked, objectiveName } from '../objective.js';

/** Methods that are drawn at once; the others wait in the legend. */
function isShown(method: MethodResult, results: Results): boolean {
  return method.family !== 'fixed' || method.id === results.best_fixed;
}

/** Learning rate over time, the policy of every seed beside the baselines. */
export function rateFigure(results: Results): Figure {
  const data = results.methods.flatMap((method) => {
    const runs = method.rate === null ? method.runs : method.runs.slice(0, 1);
    return runs.map((run, i) => ({
      type: 'scatter',
      mode: 'lines',
      name: method.label,
      legendgroup: method.id,
      showlegend: i === 0,
      x: run.series.update,
      y: run.series.lr,
      line: { ...lineOf(method, results), shape: 'hv', width: method.family === 'policy' ? 2.5 : 1.2 },
      visible: isShown(method, results) ? true : 'legendonly',
      hovertemplate: `seed ${run.seed}, update %{x}: %{y:.4g}<extra>${method.id}</extra>`,
    }));
  });
  return {
    id: 'rate',
    title: 'Learning rate over time',
    caption:
      'The rate in force at each update. The policy has one line per seed, because each seed has its own pilot and sees its own losses; baselines with one rate for all seeds have one line. Click a name to show or hide it.',
    data,
    layout: baseLayout('updates', 'learning rate', {
      yaxis: logAxis(
        'learning rate',
        results.methods.flatMap((method) => method.runs.flatMap((run) => run.series.lr)),
      ),
    }),
    table: ratesTable(results),
  };
}

/** Minibatch loss of the update over time: mean over seeds, with a band of one standard error. */
export function lossFigure(results: Results): Figure {
  const data = results.methods.flatMap((method) => {
    const { update, average, error } = bandOf(method.runs);
    const visible = isShown(method, results) ? true : 'legendonly';
    const line = lineOf(method, results);
    const shared = { type: 'scatter', mode: 'lines', legendgroup: method.id, visible };
    return [
      {
        ...shared,
        showlegend: false,
        hoverinfo: 'skip',
        x: [...update, ...update.toReversed()],
        y: [...average.map((y, i) => y + error[i]), ...average.map((y, i) => y - error[i]).toReversed()],
        fill: 'toself',
        fillcolor: `${line.color}26`,
        line: { width: 0 },
      },
      {
        ...shared,
        name: method.label,
        x: update,
        y: average,
        line: { ...line, width: method.family === 'policy' ? 2.5 : 1.2 },
        hovertemplate: `update %{x}: %{y:.4f}<extra>${method.id}</extra>`,
      },
    ];
  });
  const range = lossRange(results);
  const loss = isAttacked(results) ? 'adversarial training loss' : 'training loss';
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
      yaxis: { title: { text: `minibatch ${loss}` }, range, zeroline: false },
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

function lineOf(method: MethodResult, results: Results): { color: string; dash: string } {
  const siblings = results.methods.filter((other) => other.family === method.family);
  return { color: COLORS[method.family], dash: dash(siblings.indexOf(method)) };
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
    band.error.push(losses.length < 2 ? 0 : sampleStandardDeviation(losses) / Math.sqrt(losses.length));
  });
  return band;
}

function bandWords({ methods }: Results): string {
  const seeds = methods[0].runs.length;
  return seeds === 1 ? 'of the one seed' : `mean over ${counted(seeds, 'seed')}, with a band of one standard error`;
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
