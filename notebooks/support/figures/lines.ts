import { baseLayout, logAxis, type Figure } from '../../../dist/src/report/figure.js';

export interface Line {
  readonly name: string;
  readonly color: string;
  readonly y: readonly (number | null)[];
  readonly dash?: 'solid' | 'dash' | 'dot' | 'dashdot';
  readonly mode?: 'lines' | 'markers' | 'lines+markers';
  readonly width?: number;
  /** Lower and upper edge at each x. */
  readonly band?: readonly (readonly [number, number])[];
  /** Whether it is a guide for the eye, which the table leaves out. */
  readonly isGuide?: boolean;
}

export interface LinesText {
  readonly id: string;
  readonly title: string;
  readonly caption: string;
  readonly axes: readonly [x: string, y: string];
  readonly x: readonly number[];
  readonly lines: readonly Line[];
  readonly logarithmic?: 'both' | 'y';
}

/** Rows of the table beside a figure, about. */
const ROWS = 11;

/** Lines over one x, their bands behind them, and the numbers. */
export function linesFigure({ id, title, caption, axes, x, lines, logarithmic }: LinesText): Figure {
  const [xTitle, yTitle] = axes;
  const told = lines.filter(({ isGuide }) => isGuide !== true);
  const stride = Math.max(1, Math.floor(x.length / (ROWS - 1)));
  return {
    id,
    title,
    caption,
    data: [...lines.flatMap((line) => bandTraces(x, line)), ...lines.map((line) => lineTrace(x, line))],
    layout: baseLayout(xTitle, yTitle, {
      ...(logarithmic === 'both' ? { xaxis: logAxis(xTitle, x) } : {}),
      ...(logarithmic === undefined
        ? {}
        : {
            yaxis: logAxis(
              yTitle,
              lines.flatMap(({ y }) => y),
            ),
          }),
    }),
    table: {
      head: [xTitle, ...told.map(({ name }) => name)],
      rows: x
        .map((at, k) => [at, ...told.map(({ y }) => y[k])].map(short))
        .filter((_, k) => k % stride === 0 || k === x.length - 1),
    },
  };
}

function lineTrace(x: readonly number[], { name, color, y, dash = 'solid', mode = 'lines', width = 2 }: Line) {
  return { type: 'scatter', mode, name, x, y, line: { color, dash, width }, marker: { color, size: 7 } };
}

function bandTraces(x: readonly number[], { color, band, name }: Line) {
  if (band === undefined) return [];
  const y = [...band.map(([, high]) => high), ...band.map(([low]) => low).toReversed()];
  const around = { x: [...x, ...x.toReversed()], y, fill: 'toself', fillcolor: `${color}26`, line: { width: 0 } };
  return [{ type: 'scatter', mode: 'lines', name, showlegend: false, hoverinfo: 'skip', ...around }];
}

function short(value: number | null): number | null {
  return value === null ? null : Number(value.toPrecision(6));
}
