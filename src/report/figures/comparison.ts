import { figureSummary, type MethodResult, type Results } from '../../artifacts/results/results.js';
import { baseLayout, COLORS, counted, logAxis, type Figure } from '../figure.js';
import { styleOf } from '../method-style.js';
import { decidingFigure, pairedDifference, percent } from '../paired.js';
import { methodCost } from '../method-table.js';

/** Every other method against one: a dot for each seed, and the mean with its interval. */
export function intervalFigure(results: Results, lead: MethodResult): Figure {
  const figure = decidingFigure(results);
  const rows = results.methods
    .flatMap((method) => {
      const paired = method === lead ? null : pairedDifference(method, lead, figure);
      return paired === null ? [] : [{ method, paired }];
    })
    .sort((a, b) => b.paired.mean - a.paired.mean);
  const left = results.methods.length - 1 - rows.length;
  return {
    id: 'intervals',
    title: `Every method against ${lead.label}`,
    caption: `${lossWords(results)} of each method less that of ${lead.label}, seed by seed, as a share of the latter: to the right the method is worse. Dots: one for each seed. Squares: the mean with its 95 % interval (paired t, not adjusted for the number of comparisons).${left === 0 ? '' : ` ${counted(left, 'method')} with a run that is not finite ${left === 1 ? 'is' : 'are'} left out.`}`,
    data: [
      {
        ...{ type: 'scatter', mode: 'markers', name: 'a seed' },
        x: rows.flatMap(({ paired }) => paired.each.map(({ difference }) => 100 * difference)),
        y: rows.flatMap(({ method, paired }) => paired.each.map(() => method.label)),
        text: rows.flatMap(({ paired }) => paired.each.map(({ seed }) => `seed ${seed}`)),
        marker: { color: COLORS.fixed, size: 7, opacity: 0.65 },
        hovertemplate: '%{text}: %{x:.2f} %<extra>%{y}</extra>',
      },
      {
        ...{ type: 'scatter', mode: 'markers', name: 'mean, 95 % interval' },
        x: rows.map(({ paired }) => 100 * paired.mean),
        y: rows.map(({ method }) => method.label),
        marker: { color: COLORS.policy, size: 9, symbol: 'square' },
        error_x: {
          ...{ type: 'data', symmetric: false, color: COLORS.policy, thickness: 2 },
          array: rows.map(({ paired }) => 100 * ((paired.interval?.[1] ?? paired.mean) - paired.mean)),
          arrayminus: rows.map(({ paired }) => 100 * (paired.mean - (paired.interval?.[0] ?? paired.mean))),
        },
        hovertemplate: 'mean %{x:.2f} %<extra>%{y}</extra>',
      },
    ],
    layout: baseLayout('difference, %', '', {
      height: 110 + 34 * rows.length,
      xaxis: { title: { text: 'difference in the loss, %', standoff: 8 }, zeroline: true, zerolinewidth: 2 },
      yaxis: { title: { text: '' }, type: 'category', tickfont: { size: 12 } },
    }),
    narrow: { yaxis: { tickvals: rows.map(({ method }) => method.label), ticktext: rows.map(({ method }) => inTwoLines(method.label)) } }, // prettier-ignore
    table: {
      head: ['method', 'mean difference', '95 % interval', ...lead.runs.map(({ seed }) => `seed ${seed}`)],
      rows: rows.map(({ method, paired }) => [
        method.label,
        percent(paired.mean),
        paired.interval === null ? null : `${percent(paired.interval[0])} to ${percent(paired.interval[1])}`,
        ...lead.runs.map(({ seed }) => differenceOf(paired.each, seed)),
      ]),
    },
  };
}

function differenceOf(each: readonly { seed: number; difference: number }[], wanted: number): string | null {
  const found = each.find(({ seed }) => seed === wanted);
  return found === undefined ? null : percent(found.difference);
}

/** Letters of a line that a narrow page has room for, of at most two lines. */
const SHORT = 19;

function inTwoLines(label: string): string {
  if (label.length <= SHORT) return label;
  const cut = label.lastIndexOf(' ', SHORT);
  const [first, rest] =
    cut < 1 ? [label.slice(0, SHORT), label.slice(SHORT)] : [label.slice(0, cut), label.slice(cut + 1)];
  return `${first}\n${rest.length <= SHORT ? rest : `${rest.slice(0, SHORT - 1)}…`}`;
}

/** Cost against quality, with the methods that nothing beats in both. */
export function costFigure(results: Results): Figure {
  const figure = decidingFigure(results);
  const points = results.methods.flatMap((method) => {
    const { mean, standard_error: error } = figureSummary(method, figure);
    return mean === null ? [] : [{ method, mean, error: error ?? 0, cost: methodCost(method, results).runs }];
  });
  const front = points
    .filter(({ cost, mean }) => !points.some((other) => other.cost <= cost && other.mean < mean))
    .sort((a, b) => a.cost - b.cost);
  return {
    id: 'cost',
    title: 'Cost against quality',
    caption: `${lossWords(results)} (mean over seeds, bars of one standard error) against everything that had to run to get there, in units of one run at a fixed rate: left and below is better. Whatever is chosen among the fixed rates is charged for the whole grid. The line joins the methods that none beats in both.`,
    data: [
      {
        ...{ type: 'scatter', mode: 'lines', name: 'not beaten in both', hoverinfo: 'skip' },
        ...{ x: front.map(({ cost }) => cost), y: front.map(({ mean }) => mean) },
        line: { color: '#bbbbbb', width: 4, shape: 'hv' },
      },
      ...points.map(({ method, mean, error, cost }) => {
        const { color, symbol } = styleOf(method, results);
        return {
          ...{ type: 'scatter', mode: 'markers', name: method.label, x: [cost], y: [mean] },
          error_y: { type: 'data', array: [error], color, thickness: 1.5 },
          marker: { color, symbol, size: method.family === 'policy' || method.family === 'recommended' ? 13 : 9 },
          hovertemplate: `%{y:.4f} at %{x:.2f} runs<extra>%{fullData.name}</extra>`,
        };
      }),
    ],
    layout: baseLayout('cost in runs', lossWords(results), {
      xaxis: costAxis(points.map(({ cost }) => cost)),
    }),
    table: {
      head: ['method', 'cost in runs', 'loss', '± standard error', 'beaten in both by'],
      rows: [...points]
        .sort((a, b) => a.mean - b.mean)
        .map(({ method, mean, error, cost }) => {
          const by = points.find((other) => other.cost <= cost && other.mean < mean)?.method.label ?? 'none';
          return [method.label, digits(cost, 3), digits(mean, 4), digits(error, 2), by];
        }),
    },
  };
}

/** Costs of all methods may be nearly equal, where a logarithm has no ticks. */
function costAxis(costs: readonly number[]): Record<string, unknown> {
  const title = 'cost in runs, all that had to run included';
  if (Math.max(...costs) < 3 * Math.min(...costs)) return { title: { text: title, standoff: 8 }, zeroline: false };
  return logAxis(title, costs);
}

/** Largest ratio that a performance profile shows. */
const LARGEST_RATIO = 2;

/** On how many of the seeds a method is within a ratio of the best one (Dolan and More 2002). */
export function profileFigure(results: Results): Figure {
  const figure = decidingFigure(results);
  const seeds = results.methods[0].runs.map(({ seed }) => seed);
  const lossOf = (method: MethodResult, seed: number): number =>
    method.runs.find((run) => run.seed === seed)?.[figure] ?? Infinity;
  const best = new Map(seeds.map((seed) => [seed, Math.min(...results.methods.map((method) => lossOf(method, seed)))]));
  const ratios = results.methods.map((method) => ({
    method,
    ratios: seeds.map((seed) => lossOf(method, seed) / best.get(seed)!).sort((a, b) => a - b),
  }));
  const ends = ratios.flatMap((each) => each.ratios).filter((ratio) => ratio <= LARGEST_RATIO);
  const end = 1 + 1.05 * (Math.max(1.001, ...ends) - 1);
  const within = [1, 1.01, 1.05, 1.1, 1.5];
  return {
    id: 'profile',
    title: 'How often a method is close to the best',
    caption: `Performance profile: the share of the ${counted(seeds.length, 'seed')} on which a method's loss is within a ratio of the lowest of all methods on that seed. A line that starts high is often the best; one that reaches 1 early is never far from it.`,
    data: ratios.map(({ method, ratios: sorted }) => {
      const { color, dash, width } = styleOf(method, results);
      const inside = sorted.filter((ratio) => ratio <= end);
      const share = (n: number): number => n / sorted.length;
      return {
        ...{ type: 'scatter', mode: 'lines', name: method.label },
        x: [1, ...inside, end],
        y: [
          share(inside.filter((ratio) => ratio <= 1).length),
          ...inside.map((_, i) => share(i + 1)),
          share(inside.length),
        ],
        line: { color, dash, width, shape: 'hv' },
        hovertemplate: 'within %{x:.3f} on %{y:.0%}<extra>%{fullData.name}</extra>',
      };
    }),
    layout: baseLayout('loss over the lowest of the seed', 'share of the seeds', {
      yaxis: {
        title: { text: 'share of the seeds', standoff: 8 },
        range: [-0.03, 1.03],
        tickformat: '.0%',
        zeroline: false,
      },
      xaxis: {
        title: { text: 'loss over the lowest of the seed', standoff: 8 },
        range: [1 - 0.02 * (end - 1), end],
        zeroline: false,
      },
    }),
    table: {
      head: ['method', ...within.map((ratio) => `within ${ratio}`)],
      rows: ratios.map(({ method, ratios: sorted }) => [
        method.label,
        ...within.map(
          (ratio) => `${Math.round((100 * sorted.filter((one) => one <= ratio).length) / sorted.length)} %`,
        ),
      ]),
    },
  };
}

/** "Final adversarial training loss". */
export function lossWords({ decided_by }: Results): string {
  const words = decided_by?.words ?? 'final adversarial training loss';
  return `${words[0].toUpperCase()}${words.slice(1)}`;
}

function digits(value: number, n: number): number {
  return Number(value.toPrecision(n));
}
