/** Columns that a table gives up on a narrow terminal, the first of them first. */
const GIVEN_UP = ['grad. evals', 'adv. test loss', 'test loss', 'clean acc. %', 'dead', 'runs'];

/**
 * A table of box characters that fits so many columns of a terminal: without the columns that matter least, and at last with
 * the names of its rows cut. The files have the whole one.
 */
export function narrowTable(table: string, width: number): string {
  const lines = table.split('\n');
  if (width >= lines[0].length || !lines[0].startsWith('\u250c')) return table;
  const rows = lines.filter((line) => line.startsWith('\u2502')).map((line) => line.split('\u2502').slice(1, -1));
  const [head] = rows;
  const kept = [...head.keys()];
  const wide = (): number => kept.reduce((sum, k) => sum + head[k].length + 1, 1);
  for (const title of GIVEN_UP) {
    const at = kept.findIndex((k) => head[k].trim() === title);
    if (wide() > width && at > 0) kept.splice(at, 1);
  }
  const first = Math.max(SHORTEST, head[0].length - Math.max(0, wide() - width));
  const cells = rows.map((row) => kept.map((k) => (k === 0 ? cut(row[0], first) : row[k])));
  const rule = (left: string, between: string, right: string): string =>
    left + cells[0].map((cell) => '\u2500'.repeat(cell.length)).join(between) + right;
  return [
    rule('\u250c', '\u252c', '\u2510'),
    ...cells.map((row) => `\u2502${row.join('\u2502')}\u2502`),
    rule('\u2514', '\u2534', '\u2518'),
  ].join('\n');
}

/** Letters of a row's name that stay. */
const SHORTEST = 16;

function cut(cell: string, width: number): string {
  return cell.length <= width
    ? cell
    : cell.trimEnd().length < width
      ? cell.slice(0, width)
      : `${cell.slice(0, width - 2)}\u2026 `;
}
