/** A Plotly figure as plain data, with the words that belong to it. */
export interface Figure {
  readonly id: string;
  readonly title: string;
  /** What to conclude from it. */
  readonly caption: string;
  readonly data: readonly Readonly<Record<string, unknown>>[];
  readonly layout: Readonly<Record<string, unknown>>;
  /** What replaces parts of the layout where the page is narrow. */
  readonly narrow?: Readonly<Record<string, unknown>>;
  /** Which traces are shown, one choice at a time. */
  readonly menu?: {
    readonly label: string;
    readonly options: readonly { readonly label: string; readonly shown: readonly boolean[] }[];
  };
  /** Whether the table stands in the open: it says more than the picture. */
  readonly openTable?: boolean;
  /** The same numbers as a table, for readers without the picture. */
  readonly table: { readonly head: readonly string[]; readonly rows: readonly (readonly (string | number | null)[])[] };
}

/** Okabe & Ito's palette: told apart by colour-blind readers too. */
export const COLORS = {
  policy: '#d55e00',
  policy_hjb: '#8c564b',
  fixed: '#0072b2',
  fixed_clipped: '#56b4e9',
  decay: '#009e73',
  null_hypothesis: '#cc79a7',
  schedule_free: '#000000',
  named: '#e69f00',
  recommended: '#7f3c8d',
} as const;

/** Of these colours the ones that stand out on a dark page, and of the shades behind curves. */
export const DARK_COLORS: Readonly<Record<string, string>> = {
  '#d55e00': '#ff8533',
  '#8c564b': '#c9958b',
  '#0072b2': '#4fb0ee',
  '#56b4e9': '#9ad6fb',
  '#009e73': '#2fd1a3',
  '#cc79a7': '#e8a9cb',
  '#000000': '#f2f2f2',
  '#e69f00': '#ffc247',
  '#7f3c8d': '#cf93dd',
  '#bbbbbb': '#666666',
  '#00000012': '#ffffff1c',
  '#00000022': '#ffffff30',
  '#4d4d4d': '#b4b4b4',
};

const DASHES = ['solid', 'dash', 'dot', 'dashdot', 'longdash', 'longdashdot'] as const;

/** Line style of the n-th method of a family. */
export function dash(n: number): (typeof DASHES)[number] {
  return DASHES[n % DASHES.length];
}

/** Layout that all figures share; the legend is the page's. */
export function baseLayout(
  xTitle: string,
  yTitle: string,
  more: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  return {
    margin: { l: 60, r: 16, t: 16, b: 48 },
    height: 430,
    hovermode: 'closest',
    showlegend: false,
    xaxis: { title: { text: xTitle, standoff: 8 }, zeroline: false },
    yaxis: { title: { text: yTitle, standoff: 8 }, zeroline: false },
    ...more,
  };
}

/** A logarithmic axis whose every tick carries its whole number. */
export function logAxis(title: string, values: readonly (number | null)[]): Record<string, unknown> {
  const finite = values.filter((value): value is number => value !== null && value > 0);
  const ticks = logTicks(Math.min(...finite), Math.max(...finite));
  const text = { title: { text: title, standoff: 8 }, type: 'log', zeroline: false };
  return { ...text, tickvals: ticks, ticktext: ticks.map(tickText) };
}

/** 1, 2, 5 of every decade where there are few, else 1 alone; a little beyond both ends. */
export function logTicks(low: number, high: number): number[] {
  if (!(low > 0 && high < Infinity)) return [];
  const [first, last] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))];
  const steps = last - first <= 3 ? [1, 2, 5] : [1];
  const stride = Math.ceil((last - first) / 8);
  const decades = Array.from({ length: last - first + 1 }, (_, i) => first + i).filter((_, i) => i % stride === 0);
  return decades.flatMap((decade) => steps.map((step) => Number(`${step}e${decade}`)));
}

function tickText(value: number): string {
  return value >= 1e-3 && value < 1e4 ? String(value) : value.toExponential(0).replace('e+', 'e');
}

/** Spread over size below which numbers are one number and rounding. */
const FLAT = 1e-4;

/**
 * The range to draw of numbers that are all but equal, 10 % to both sides of them; null where they differ: Plotly would
 * stretch the rounding of a constant over the whole axis.
 */
export function flatRange(values: readonly (number | null)[]): [number, number] | null {
  const finite = values.filter((value): value is number => value !== null && Number.isFinite(value));
  const [low, high] = extent(finite);
  const size = Math.max(Math.abs(low), Math.abs(high));
  if (finite.length === 0 || high - low > FLAT * size) return null;
  const margin = size === 0 ? 1 : 0.1 * size;
  return [low - margin, high + margin];
}

/** Least and largest, of however many numbers. */
export function extent(values: ArrayLike<number>): [low: number, high: number] {
  let [low, high] = [Infinity, -Infinity];
  for (let i = 0; i < values.length; i += 1) {
    low = Math.min(low, values[i]);
    high = Math.max(high, values[i]);
  }
  return [low, high];
}

/** A colour bar that lies above its map, where it has room on every screen. */
export function colorBar(title: string): Record<string, unknown> {
  return {
    orientation: 'h',
    thickness: 12,
    x: 0.5,
    xanchor: 'center',
    len: 0.9,
    y: 1.02,
    yanchor: 'bottom',
    nticks: 6,
    title: { text: title, side: 'top' },
  };
}

/** A scale of colours for the maps of a figure, with its bar above them. */
export function colorAxis(title: string, values: readonly (number | null)[] = []): Record<string, unknown> {
  const flat = flatRange(values);
  const range = flat === null ? {} : { cmin: flat[0], cmax: flat[1] };
  return { colorscale: 'Viridis', ...range, colorbar: colorBar(title) };
}

/** Margins of a map below its colour bar. */
export const MAP_MARGIN = { l: 60, r: 16, t: 84, b: 48 } as const;

/** "1 seed", "3 seeds". */
export function counted(n: number, thing: string): string {
  return `${n} ${thing}${n === 1 ? '' : 's'}`;
}
