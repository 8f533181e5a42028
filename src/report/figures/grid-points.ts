import { logAxis } from '../figure.js';

/** Value and controls of a solved control problem on its grid. */
export interface GridSolution {
  readonly axes: readonly Axis[];
  readonly controls: readonly string[];
  /** Kept levels; one alone over an infinite horizon. */
  readonly times: readonly number[];
  /** At each level, row-major over the axes; the controls innermost. */
  readonly value: readonly ArrayLike<number>[];
  readonly control: readonly ArrayLike<number>[];
  /** Over an infinite horizon value and policy are those of every time. */
  readonly isInfinite?: boolean;
  /** What a value is where the objective is to make it large. */
  readonly isReward?: boolean;
}

export interface Axis {
  readonly name: string;
  readonly grid: readonly number[];
  readonly coordinate: 'identity' | 'log';
}

/** Points that are drawn along an axis. */
export const MOST_POINTS = 201;

/** Rows of a table beside a figure. */
const MOST_ROWS = 21;

/** Indices of at most so many points of n, evenly, both ends among them. */
export function evenIndices(n: number, most = MOST_POINTS): number[] {
  const count = Math.min(n, most);
  return Array.from({ length: count }, (_, i) => (count === 1 ? 0 : Math.round((i * (n - 1)) / (count - 1))));
}

/** At most 21 rows, evenly; numbers with five digits. */
export function tableOf<Cell extends number | string>(head: readonly string[], rows: readonly (readonly Cell[])[]) {
  const chosen = rows.length <= MOST_ROWS + 6 ? rows : evenIndices(rows.length, MOST_ROWS).map((i) => rows[i]);
  return { head, rows: chosen.map((row) => row.map(cellOf)) };
}

function cellOf(cell: number | string): number | string | null {
  if (typeof cell === 'string') return cell;
  return Number.isFinite(cell) ? short(cell) : null;
}

/** The axis of a state, drawn in the coordinate of its grid. */
export function stateAxis({ name, grid, coordinate }: Axis, title = name): Record<string, unknown> {
  if (coordinate === 'log') return logAxis(title, grid);
  return { title: { text: title, standoff: 8 }, type: 'linear', zeroline: false };
}

export function short(value: number): number {
  return Number(value.toPrecision(5));
}
