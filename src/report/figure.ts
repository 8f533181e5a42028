/** A Plotly figure as plain data, with the words that belong to it. */
export interface Figure {
  readonly id: string;
  readonly title: string;
  /** What to conclude from it. */
  readonly caption: string;
  readonly data: readonly Readonly<Record<string, unknown>>[];
  readonly layout: Readonly<Record<string, unknown>>;
  /** The same numbers as a table, for readers without the picture. */
  readonly table: { readonly head: readonly string[]; readonly rows: readonly (readonly (string | number | null)[])[] };
}

/** Okabe & Ito's palette: told apart by colour-blind readers too. */
export const COLORS = {
  policy: '#d55e00',
  fixed: '#0072b2',
  fixed_clipped: '#56b4e9',
  decay: '#009e73',
  null_hypothesis: '#cc79a7',
  schedule_free: '#000000',
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
