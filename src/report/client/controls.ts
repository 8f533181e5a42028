import { drawAll, drawFigure, figureFor } from './draw.js';
import type { Bag, PageState, PlotlyApi, PlotSpec } from './types.js';

declare const Plotly: PlotlyApi;

/** Every button of a legend shows and hides its traces. */
export function bindLegends(state: PageState): void {
  for (const legend of document.querySelectorAll<HTMLElement>('.legend')) {
    const id = legend.dataset['figure']!;
    const entries = [...legend.querySelectorAll<HTMLElement>('button[data-traces]')];
    const set = (chosen: readonly HTMLElement[], on: (entry: HTMLElement) => boolean): void => {
      const shown = state.shown.get(id)!;
      for (const entry of chosen) {
        const value = on(entry);
        entry.setAttribute('aria-pressed', String(value));
        for (const trace of entry.dataset['traces']!.split(',')) shown[Number(trace)] = value;
      }
      if (state.drawn.has(id)) void Plotly.restyle(id, { visible: shown }, [...shown.keys()]);
    };
    for (const entry of entries) {
      entry.addEventListener('click', () => set([entry], () => entry.getAttribute('aria-pressed') !== 'true'));
    }
    for (const all of legend.querySelectorAll<HTMLElement>('button[data-all]')) {
      all.addEventListener('click', () => set(entries, () => all.dataset['all'] === 'show'));
    }
  }
}

/** A menu shows one set of traces at a time. */
export function bindMenus(state: PageState): void {
  for (const menu of document.querySelectorAll<HTMLSelectElement>('select[data-figure]')) {
    const id = menu.dataset['figure']!;
    menu.addEventListener('change', () => {
      const shown = JSON.parse(menu.value) as boolean[];
      state.shown.set(id, shown);
      if (state.drawn.has(id)) void Plotly.restyle(id, { visible: shown }, [...shown.keys()]);
    });
  }
}

/** The picture as SVG, its data as CSV, and the whole range of the axes again. */
export function bindExports(state: PageState): void {
  const save = (name: string, href: string): void => {
    const link = document.createElement('a');
    [link.href, link.download] = [href, name];
    link.click();
  };
  for (const button of document.querySelectorAll<HTMLElement>('button[data-save]')) {
    const spec = state.specs.get(button.dataset['figure']!)!;
    button.addEventListener('click', () => {
      if (button.dataset['save'] === 'csv')
        save(`${spec.id}.csv`, `data:text/csv;charset=utf-8,${encodeURIComponent(csvOf(spec))}`); // prettier-ignore
      else if (button.dataset['save'] === 'svg') void svgOf(state, spec).then((svg) => save(`${spec.id}.svg`, svg));
      else void drawFigure(state, spec.id);
    });
  }
}

/** On white, with a legend of Plotly's own. */
export function svgOf(state: PageState, spec: PlotSpec): Promise<string> {
  const { data, layout } = figureFor(state, spec, { width: 900, dark: false });
  const height = Number(layout['height'] ?? 450) + 90;
  const legend = { orientation: 'h', y: -0.22, yanchor: 'top' };
  const whole = { ...layout, paper_bgcolor: '#ffffff', showlegend: true, legend, height, width: 900 };
  return Plotly.toImage({ data, layout: whole }, { format: 'svg', width: 900, height });
}

/** Every number that is drawn: a line for each point, under the names of its trace and its axes. */
export function csvOf({ data, layout }: PlotSpec): string {
  const titleOf = (axis: string): string => {
    const title = (layout[axis] as { title?: { text?: string } } | undefined)?.title?.text;
    return title === undefined || title === '' ? axis[0] : title;
  };
  const isMap = data.some(({ z }) => Array.isArray(z));
  const cell = (value: unknown): string => {
    const text = value === null || value === undefined ? '' : String(value);
    return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const head = ['series', titleOf('xaxis'), titleOf('yaxis'), ...(isMap ? ['value'] : [])];
  const rows = data.flatMap((trace) => {
    const [x, y] = [trace['x'] as unknown[] | undefined, trace['y'] as unknown[] | undefined];
    const z = (trace['customdata'] ?? trace['z']) as unknown[][] | undefined;
    const name = trace['name'] ?? trace['meta'] ?? '';
    if (Array.isArray(trace['z']) && z !== undefined) {
      return z.flatMap((row, j) => row.map((value, i) => [name, x?.[i] ?? i, y?.[j] ?? j, value]));
    }
    return (x ?? []).map((at, i) => [name, at, y?.[i], ...(isMap ? [''] : [])]);
  });
  return [head, ...rows].map((row) => row.map(cell).join(',')).join('\n');
}

/** Figures are drawn as they come near the view; again where colours or widths change, and all of them for paper. */
export function bindDrawing(state: PageState): void {
  const near = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) {
        if (!isIntersecting || state.drawn.has(target.id)) continue;
        near.unobserve(target);
        void drawFigure(state, target.id);
      }
    },
    { rootMargin: '200px 0px' },
  );
  for (const id of state.specs.keys()) near.observe(document.getElementById(id)!);
  const again = (): void => {
    for (const id of state.drawn) void drawFigure(state, id);
  };
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', again);
  let width = innerWidth;
  addEventListener('resize', () => {
    if (innerWidth !== width && state.paperWidth === null) again();
    width = innerWidth;
  });
}

/** On paper: every figure, 680 pixels wide on white, and every table. */
export function bindPrinting(state: PageState): void {
  const closed = new Set<HTMLDetailsElement>();
  const print = (on: boolean): void => {
    if (on === (state.paperWidth !== null)) return;
    state.paperWidth = on ? 680 : null;
    if (on) {
      for (const details of document.querySelectorAll('details')) if (!details.open) closed.add(details);
    }
    for (const details of closed) details.open = on;
    if (!on) closed.clear();
    void drawAll(state);
  };
  addEventListener('beforeprint', () => print(true));
  addEventListener('afterprint', () => print(false));
  matchMedia('print').addEventListener('change', ({ matches }) => print(matches));
}

export function startPage(specs: readonly PlotSpec[], darkColors: PageState['darkColors']): PageState {
  const isShown = ({ visible }: Bag): boolean => visible !== false;
  const state: PageState = {
    specs: new Map(specs.map((spec) => [spec.id, spec])),
    shown: new Map(specs.map(({ id, data }) => [id, data.map(isShown)])),
    drawn: new Set(),
    darkColors,
    paperWidth: null,
  };
  for (const bind of [bindLegends, bindMenus, bindExports, bindDrawing, bindPrinting]) bind(state);
  return state;
}
