/** A Plotly figure as plain data, with the words that belong to it. */
export interface Figure {
  readonly id: string;
  readonly title: string;
  /** What to conclude from it. */
  readonly caption: string;
  readonly data: readonly Readonly<Record<string, unknown>>[];
  readonly layout: Readonly<Record<string, unknown>>;
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

const DASHES = ['solid', 'dash', 'dot', 'dashdot', 'longdash', 'longdashdot'] as const;

/** Line style of the n-th method of a family. */
export function dash(n: number): (typeof DASHES)[number] {
  return DASHES[n % DASHES.length];
}

/** Layout that all figures share. */
export function baseLayout(
  xTitle: string,
  yTitle: string,
  more: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  return {
    font: { family: 'system-ui, sans-serif', size: 13 },
    margin: { l: 70, r: 20, t: 20, b: 55 },
    height: 460,
    hovermode: 'closest',
    xaxis: { title: { text: xTitle }, zeroline: false },
    yaxis: { title: { text: yTitle }, zeroline: false },
    legend: { orientation: 'h', y: -0.25 },
    ...more,
  };
}

/** A logarithmic axis whose every tick carries its whole number. */
export function logAxis(title: string, values: readonly (number | null)[]): Record<string, unknown> {
  const finite = values.filter((value): value is number => value !== null && value > 0);
  const ticks = logTicks(Math.min(...finite), Math.max(...finite));
  return { title: { text: title }, type: 'log', zeroline: false, tickvals: ticks, ticktext: ticks.map(tickText) };
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

/** "1 seed", "3 seeds". */
export function counted(n: number, thing: string): string {
  return `${n} ${thing}${n === 1 ? '' : 's'}`;
}
