import { gaussLegendre } from './gauss.js';

/** Breaks that a line may have beyond the ends of its panels. */
const MOST_BREAKS = 500;

/** Just inside the ends of a panel [-1, 1], which may themselves lie on a border. */
const INSIDE = 1 - 1e-9;

/** Rounds of looking whether the pieces found hold at every node. */
const ROUNDS = 6;

/**
 * The ends of the panels of a line, and between them every place where `piece` changes, to the last bit.
 *
 * @param nodes - where a panel [-1, 1] is looked at
 * @returns in increasing order; null where they are too many
 */
export function breaksOf(
  piece: (s: number) => number,
  panels: readonly number[],
  nodes: Iterable<number>,
): number[] | null {
  let breaks = [...panels];
  for (let round = 0; round < ROUNDS; round += 1) {
    const found = breaks.slice(1).flatMap((high, k) => changesBetween(piece, breaks[k], high, nodes));
    if (found.length === 0) return breaks;
    breaks = [...new Set([...breaks, ...found])].sort((a, b) => a - b);
    if (breaks.length > panels.length + MOST_BREAKS) return null;
  }
  return null;
}

/** How near breaks are that are one and the same. */
const SAME = 1e-9;

/**
 * The ends of [-1, 1], and the breaks that two of these functions or more have in common: those of a border that runs along
 * the lines, not across them.
 */
export function commonBreaks(pieces: readonly ((v: number) => number)[]): number[] {
  const found = pieces.map((piece) => breaksOf(piece, [-1, 1], gaussLegendre(16).nodes)?.slice(1, -1) ?? []);
  const near = (b: number) => (list: readonly number[]) => list.some((other) => Math.abs(other - b) <= SAME);
  const common = found.flatMap((list, i) => list.filter((b) => found.slice(i + 1).some(near(b))));
  const apart = common.sort((a, b) => a - b).filter((b, k) => k === 0 || b - common[k - 1] > SAME);
  return [-1, ...apart, 1];
}

function changesBetween(piece: (s: number) => number, low: number, high: number, nodes: Iterable<number>): number[] {
  const changes: number[] = [];
  let before = { s: NaN, piece: 0 };
  for (const node of [-INSIDE, ...nodes, INSIDE]) {
    const s = (low + high + (high - low) * node) / 2;
    if (s <= low || s >= high) continue;
    const at = { s, piece: piece(s) };
    while (!Number.isNaN(before.s) && before.piece !== at.piece && changes.length <= MOST_BREAKS) {
      before = firstChange(piece, before, s);
      changes.push(before.s);
    }
    before = at;
  }
  return changes;
}

/** The first place seen after `from` where the piece is another. */
function firstChange(
  piece: (s: number) => number,
  from: { readonly s: number; readonly piece: number },
  to: number,
): { s: number; piece: number } {
  let [low, high] = [from.s, to];
  for (;;) {
    const middle = (low + high) / 2;
    if (!(middle > low && middle < high)) return { s: high, piece: piece(high) };
    if (piece(middle) === from.piece) low = middle;
    else high = middle;
  }
}
