import type { Bag, PageState, PlotlyApi, PlotSpec } from './types.js';

// These functions run in the browser: `clientScript` puts their text into the page, so that they may use each other, the
// document and Plotly, and nothing else.
declare const Plotly: PlotlyApi;

/** Draws a figure in the colours of the page and for the width of its place. */
export function drawFigure(state: PageState, id: string): Promise<unknown> {
  const place = document.getElementById(id)!;
  const width = state.paperWidth ?? place.clientWidth;
  const dark = state.paperWidth === null && matchMedia('(prefers-color-scheme: dark)').matches;
  const { data, layout } = figureFor(state, state.specs.get(id)!, { width, dark });
  state.drawn.add(id);
  place.style.height = `${Number(layout['height'])}px`;
  const done = Plotly.react(place, data, { ...layout, width }, { displayModeBar: false, plotlyServerURL: '' });
  performance.mark('figure drawn', { detail: id });
  return done;
}

/** Draws everything, in view or not. */
export function drawAll(state: PageState): Promise<unknown> {
  return Promise.all([...state.specs.keys()].map((id) => drawFigure(state, id)));
}

export function figureFor(
  state: PageState,
  spec: PlotSpec,
  { width, dark }: { width: number; dark: boolean },
): { data: Bag[]; layout: Bag } {
  const narrow = width < 560;
  const shown = state.shown.get(spec.id)!;
  const { data, layout } = dark ? inDarkColors(state, spec) : structuredClone({ data: spec.data, layout: spec.layout });
  const merged = narrow && spec.narrow !== undefined ? withParts(layout, spec.narrow) : layout;
  return {
    data: data.map((trace, i) => (shown[i] ? { ...trace, visible: true } : { ...trace, visible: false })),
    layout: inTheme(merged, { dark, narrow }),
  };
}

export function inDarkColors({ darkColors }: PageState, { data, layout }: PlotSpec): { data: Bag[]; layout: Bag } {
  const text = darkColors.reduce((all, [light, dark]) => all.replaceAll(light, dark), JSON.stringify({ data, layout }));
  return JSON.parse(text) as { data: Bag[]; layout: Bag };
}

/** A copy with parts replaced; objects are merged, everything else is taken over. */
export function withParts(base: Bag, parts: Bag): Bag {
  const isBag = (value: unknown): value is Bag => typeof value === 'object' && value !== null && !Array.isArray(value);
  const merged = Object.entries(parts).map(([key, part]) => {
    const old = base[key];
    return [key, isBag(old) && isBag(part) ? withParts(old, part) : part];
  });
  return { ...base, ...(Object.fromEntries(merged) as Bag) };
}

/** Colours of text and grid, and how much room they take. */
export function inTheme(layout: Bag, { dark, narrow }: { dark: boolean; narrow: boolean }): Bag {
  const [ink, grid] = dark ? ['#e6e6e6', '#4a4a4a'] : ['#1a1a1a', '#d9d9d9'];
  const hasBar = Object.keys(layout).some((key) => key.startsWith('coloraxis'));
  const axes = Object.entries(layout).filter(([key]) => /^[xy]axis\d*$/.test(key));
  const themed = axes.map(([key, axis]) => {
    const full = { gridcolor: grid, linecolor: grid, zerolinecolor: grid, automargin: true, ...(axis as Bag) };
    // Clear ticks keep the numbers of both axes apart in the corner.
    const apart = key.startsWith('x')
      ? { ...full, ticks: 'outside', ticklen: 6, tickcolor: 'rgba(0,0,0,0)', ...lowTitle(full, hasBar) }
      : full;
    return [key, narrow && key.startsWith('x') ? withFewerTicks(apart) : apart];
  });
  const font = { family: 'system-ui, sans-serif', size: narrow ? 11 : 13, color: ink };
  const clear = { paper_bgcolor: 'rgba(0,0,0,0)', plot_bgcolor: 'rgba(0,0,0,0)' };
  const hoverlabel = { bgcolor: dark ? '#333333' : '#ffffff', font: { color: ink } };
  return { ...layout, ...clear, font, hoverlabel, ...(Object.fromEntries(themed) as Bag) };
}

/**
 * The title below an axis, in pixels from its numbers; beside a colour bar from the axis itself, because Plotly then places
 * the title before it knows the numbers.
 */
export function lowTitle({ title }: Bag, hasBar: boolean): Bag {
  return { title: { ...(title as Bag | undefined), standoff: hasBar ? 36 : 8 } };
}

/** Where ticks are listed and many, whole decades alone. */
export function withFewerTicks(axis: Bag): Bag {
  const { tickvals, ticktext } = axis as { tickvals?: number[]; ticktext?: string[] };
  if (tickvals === undefined || ticktext === undefined || tickvals.length <= 5) return { nticks: 5, ...axis };
  const isDecade = (value: number): boolean => Math.abs(Math.log10(value) - Math.round(Math.log10(value))) < 1e-9;
  const decades = tickvals.map((value, i) => [value, ticktext[i]] as const).filter(([value]) => isDecade(value));
  const few = decades.length >= 3 ? decades : tickvals.map((value, i) => [value, ticktext[i]] as const);
  const stride = Math.ceil(few.length / 5);
  const kept = few.filter((_, i) => i % stride === 0);
  return { ...axis, tickvals: kept.map(([value]) => value), ticktext: kept.map(([, text]) => text), tickangle: 0 };
}
