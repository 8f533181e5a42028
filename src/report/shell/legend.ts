import { DARK_COLORS, type Figure } from '../figure.js';
import { escapeHtml } from './escape.js';

type Trace = Figure['data'][number];

interface Entry {
  readonly name: string;
  readonly traces: number[];
  /** The trace whose line and marker stand beside the name. */
  readonly trace: Trace;
  readonly isShown: boolean;
}

/** Traces of one legend group are one entry: its name is that of the first trace that has one. */
function entriesOf({ data }: Pick<Figure, 'data'>): Entry[] {
  const groups = new Map<string, number[]>();
  data.forEach((trace, i) => {
    const key = typeof trace['legendgroup'] === 'string' ? trace['legendgroup'] : `trace ${i}`;
    groups.set(key, [...(groups.get(key) ?? []), i]);
  });
  return [...groups.values()].flatMap((traces) => {
    const named = traces.find((i) => typeof data[i]['name'] === 'string' && data[i]['showlegend'] !== false);
    if (named === undefined) return [];
    const trace = data[named];
    return [{ name: trace['name'] as string, traces, trace, isShown: trace['visible'] !== false }];
  });
}

/** Entries beyond which all can be shown and hidden at once. */
const MANY = 6;

/**
 * The legend as a list of buttons, which a keyboard reaches, which wraps where the page is narrow, and whose words have the
 * contrast of all words. Nothing where a figure has but one line.
 */
export function legendHtml(figure: Pick<Figure, 'id' | 'data'>): string {
  const entries = entriesOf(figure);
  if (entries.length === 0 || figure.data.length < 2) return '';
  const items = entries.map(
    ({ name, traces, trace, isShown }) =>
      `<li><button type="button" aria-pressed="${isShown}" data-traces="${traces.join(',')}">${swatch(trace)}${escapeHtml(name)}</button></li>`,
  );
  const all = ['show', 'hide'].map((what) => `<li><button type="button" data-all="${what}">${what} all</button></li>`);
  return `<ul class="legend" data-figure="${figure.id}" aria-label="Legend: each button shows or hides a line">${[...items, ...(entries.length > MANY ? all : [])].join('')}</ul>`;
}

const DASHES: Readonly<Record<string, string>> = {
  dash: '6 3',
  dot: '2 3',
  dashdot: '6 3 2 3',
  longdash: '10 3',
  longdashdot: '10 3 2 3',
};

interface Style {
  readonly color?: unknown;
  readonly dash?: string;
  readonly width?: number;
  readonly symbol?: string;
}

function swatch(trace: Trace): string {
  const [line, marker] = [trace['line'] as Style | undefined, trace['marker'] as Style | undefined];
  const colors = [line?.color, marker?.color, trace['fillcolor']];
  const color = colors.find((one): one is string => typeof one === 'string') ?? '#777777';
  const mode = typeof trace['mode'] === 'string' ? trace['mode'] : 'lines';
  const isArea = trace['type'] === 'bar' || trace['type'] === 'heatmap' || trace['fill'] !== undefined;
  const dashes = DASHES[line?.dash ?? ''];
  const stroke = `<line x1="0" y1="6" x2="26" y2="6" stroke="${color}" stroke-width="${Math.min(3, Math.max(1.5, line?.width ?? 2))}"${dashes === undefined ? '' : ` stroke-dasharray="${dashes}"`}/>`;
  const parts = [
    isArea ? '<rect class="filled" x="4" y="1" width="18" height="10"/>' : '',
    !isArea && mode.includes('lines') ? stroke : '',
    mode.includes('markers') && !isArea ? markerShape(marker?.symbol ?? 'circle') : '',
  ];
  const dark = DARK_COLORS[color] ?? color;
  return `<svg width="26" height="12" aria-hidden="true" focusable="false" style="--l:${color};--d:${dark}">${parts.join('')}</svg>`;
}

function markerShape(symbol: string): string {
  const path = MARKERS[symbol.replace(/-open$/, '')];
  return path === undefined ? '<circle class="filled" cx="13" cy="6" r="4"/>' : `<path class="filled" d="${path}"/>`;
}

const MARKERS: Readonly<Record<string, string>> = {
  square: 'M9 2h8v8h-8z',
  diamond: 'M13 1l5 5-5 5-5-5z',
  cross: 'M11.5 1h3v3.5H18v3h-3.5V11h-3V7.500H8v-3h3.500z',
  'triangle-up': 'M13 1l5 9H8z',
};
