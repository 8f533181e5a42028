import { colorAxis, extent, type Figure } from '../figure.js';
import { axesOf, panelLayouts } from '../panels.js';

export interface WeightAxis {
  readonly name: string;
  readonly grid: readonly number[];
}

export type VectorField = (theta: readonly [number, number]) => readonly [number, number] | null;

export interface WeightMap {
  readonly id: string;
  readonly title: string;
  readonly caption: string;
  readonly bar: string;
  readonly at: (theta: readonly [number, number]) => number | null;
  readonly arrows?: VectorField;
}

export function uniform([low, high]: readonly [number, number], points: number): number[] {
  return Array.from({ length: points }, (_, i) => low + ((high - low) * i) / (points - 1));
}

/** A heat map over two weights, with a vector field on it if there is one. */
export function mapFigure([first, second]: readonly WeightAxis[], map: WeightMap): Figure {
  const z = second.grid.map((b) => first.grid.map((a) => map.at([a, b])));
  const logarithmic = spansDecades(z.flat());
  const heat = {
    type: 'heatmap',
    x: first.grid,
    y: second.grid,
    z: logarithmic ? z.map((row) => row.map((value) => (value === null ? null : Math.log10(value)))) : z,
    customdata: z,
    coloraxis: 'coloraxis',
    ...axesOf(0),
    hovertemplate: `${first.name} %{x:.3g}, ${second.name} %{y:.3g}: %{customdata:.4g}<extra></extra>`,
  };
  const bar = logarithmic ? `log₁₀ ${map.bar}` : map.bar;
  const title = (text: string) => ({ title: { text, standoff: 8 }, zeroline: false });
  const panel = { title: '', x: title(first.name), y: title(second.name), colors: colorAxis(bar, heat.z.flat()) };
  const quarters = [0.25, 0.5, 0.75].map((share) => Math.round(share * (first.grid.length - 1)));
  return {
    id: map.id,
    title: map.title,
    caption: map.caption,
    data: [heat, ...(map.arrows === undefined ? [] : arrowTraces(first.grid, second.grid, map.arrows))],
    ...panelLayouts([panel], 400),
    table: {
      head: [first.name, second.name, map.bar],
      rows: quarters.flatMap((i) => quarters.map((j) => [first.grid[i], second.grid[j], z[j][i]].map(short))),
    },
  };
}

/** Positive numbers whose largest is so many times the smallest are coloured by their logarithm. */
const DECADES = 100;

function spansDecades(values: readonly (number | null)[]): boolean {
  const known = values.filter((value) => value !== null);
  const [low, high] = extent(known);
  return low > 0 && high > DECADES * low;
}

/** Each third node in both directions carries a line, the longest two nodes long; lengths are cube roots of speeds. */
const STRIDE = 3;
const LONGEST = 2;

function arrowTraces(first: readonly number[], second: readonly number[], field: VectorField) {
  const spacing = [first[1] - first[0], second[1] - second[0]];
  const places = first
    .flatMap((a) => second.map((b) => [a, b] as const))
    .filter((_, k) => Math.floor(k / second.length) % STRIDE === 1 && (k % second.length) % STRIDE === 1);
  const vectors = places.map((place) => field(place));
  const lengths = vectors.map((v) => (v === null ? 0 : Math.hypot(v[0] / spacing[0], v[1] / spacing[1])));
  const fastest = Math.max(...lengths, Number.MIN_VALUE);
  const [x, y]: (number | null)[][] = [[], []];
  places.forEach(([a, b], k) => {
    const v = vectors[k];
    if (v === null || lengths[k] === 0) return;
    const scale = (LONGEST * Math.cbrt(lengths[k] / fastest)) / lengths[k];
    x.push(a, a + scale * v[0], null);
    y.push(b, b + scale * v[1], null);
  });
  const [dots, lines] = [
    { mode: 'markers', marker: { color: 'white', size: 4 } },
    { mode: 'lines', line: { color: 'white', width: 1.5 } },
  ];
  const tails = { x: places.map(([a]) => a), y: places.map(([, b]) => b) };
  return [
    { type: 'scatter', name: 'flow', hoverinfo: 'skip', showlegend: false, ...lines, x, y },
    { type: 'scatter', name: 'nodes', hoverinfo: 'skip', showlegend: false, ...dots, ...tails },
  ];
}

function short(value: number | null): number | null {
  return value === null ? null : Number(value.toPrecision(5));
}
