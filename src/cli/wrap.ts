import { narrowTable } from './narrow-table.js';

/** Columns of a terminal; infinite where the output goes to a file or another program, which gets lines as they are. */
export function widthOf({ isTTY, columns }: { readonly isTTY?: boolean; readonly columns?: number }): number {
  return isTTY === true && columns !== undefined ? columns : Infinity;
}

/** Rows of a table and lines of JSON, which stay as they are. */
const NO_PROSE = /^[\s\u2500-\u257f{}[\]"]/;

/** Long sentences broken between words, the later lines indented. */
export function wrapped(paragraphs: readonly string[], width: number): string[] {
  return paragraphs.flatMap((text) => narrowTable(text, width).split('\n')).flatMap((line) => wrapLine(line, width));
}

function wrapLine(line: string, width: number): string[] {
  if (line.length <= width || NO_PROSE.test(line)) return [line];
  const lines: string[] = [];
  let current = '';
  for (const word of line.split(' ')) {
    const next = current === '' ? word : `${current} ${word}`;
    if (next.length <= width || current.trim() === '') current = next;
    else {
      lines.push(current);
      current = `  ${word}`;
    }
  }
  return [...lines, current];
}
