import { baseLayout, colorBar } from './figure.js';

type Bag = Record<string, unknown>;

/** One of several pictures that stand side by side, or below each other where the page is narrow. */
export interface Panel {
  readonly title: string;
  readonly x: Readonly<Bag>;
  readonly y: Readonly<Bag>;
  /** A colour scale of its own; null where the first panel's is that of all, or where there is none. */
  readonly colors: Readonly<Bag> | null;
}

/** Plotly's names of the n-th axis: x, x2, x3. */
export function numbered(name: string, i: number): string {
  return i === 0 ? name : `${name}${i + 1}`;
}

/** Where the i-th panel's traces belong. */
export function axesOf(i: number): { xaxis: string; yaxis: string } {
  return { xaxis: numbered('x', i), yaxis: numbered('y', i) };
}

/** Pixels: of a title, of a colour bar with its title and numbers, of numbers and title below an axis. */
const [TITLE, BAR, BELOW] = [22, 66, 78];
const MARGIN = { l: 60, r: 16, b: 56 } as const;

interface Place {
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
}

/** Layouts of the same panels for wide and for narrow pages. */
export function panelLayouts(panels: readonly Panel[], height = 300): { layout: Bag; narrow: Bag } {
  const n = panels.length;
  const hasTitles = panels.some(({ title }) => title !== '');
  const above = (hasTitles ? TITLE : 8) + (panels[0].colors === null ? 0 : BAR);
  const gap = BELOW + (hasTitles ? TITLE : 8) + (n > 1 && panels[1].colors !== null ? BAR : 0);
  const whole = n * 230 + (n - 1) * gap;
  const side = panels.map((_, i): Place => ({ x: [i / n + (i > 0 ? 0.035 : 0), (i + 1) / n - (i < n - 1 ? 0.035 : 0)], y: [0, 1] })); // prettier-ignore
  const stack = panels.map((_, i): Place => {
    const top = 1 - (i * (230 + gap)) / whole;
    return { x: [0, 1], y: [Math.max(0, top - 230 / whole), top] };
  });
  return {
    layout: baseLayout('', '', { ...placed(panels, side, height), height: height + above + MARGIN.b, margin: { ...MARGIN, t: above } }), // prettier-ignore
    narrow: { ...placed(panels, stack, whole), height: whole + above + MARGIN.b, margin: { ...MARGIN, t: above } },
  };
}

function placed(panels: readonly Panel[], places: readonly Place[], pixels: number): Bag {
  const titled = panels.map(({ title }, i) => titleAt(title, places[i]));
  const parts = panels.flatMap(({ x, y, colors }, i): [string, unknown][] => [
    [numbered('xaxis', i), { ...x, domain: places[i].x, anchor: numbered('y', i) }],
    [numbered('yaxis', i), { ...y, domain: places[i].y, anchor: numbered('x', i) }],
    ...(colors === null
      ? []
      : [[numbered('coloraxis', i), barAt(colors, panels, places, i, pixels)] as [string, unknown]]),
  ]);
  return { ...Object.fromEntries(parts), annotations: titled.filter(({ text }) => text !== '') };
}

function titleAt(text: string, { x, y }: Place) {
  const anchors = { xanchor: 'center', yanchor: 'bottom', xref: 'paper', yref: 'paper', showarrow: false };
  return { text, x: (x[0] + x[1]) / 2, y: y[1], ...anchors };
}

/** A bar above its panel, or above all panels that share it. */
function barAt(
  colors: Readonly<Bag>,
  panels: readonly Panel[],
  places: readonly Place[],
  i: number,
  pixels: number,
): Bag {
  const isShared = panels.length > 1 && panels[1].colors === null;
  const { x, y } = places[i];
  const [from, to] = isShared ? [0, 1] : x;
  const lift = (panels.some(({ title }) => title !== '') ? TITLE : 4) / pixels;
  const { colorbar, ...scale } = colors as { colorbar?: { title?: { text?: string } } };
  const bar = colorBar(colorbar?.title?.text ?? '');
  const nticks = to - from < 0.5 ? 4 : 6;
  return { ...scale, colorbar: { ...bar, x: (from + to) / 2, len: 0.9 * (to - from), y: y[1] + lift, nticks } };
}
