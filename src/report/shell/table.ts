import { escapeHtml } from './escape.js';

export type Cell = string | number | null;

/** A table as plain data: what every figure and section gives beside its picture. */
export interface TableData {
  readonly head: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
  /** First cells of the rows that stand out. */
  readonly chosen?: readonly string[];
}

/** Longer cells may wrap. */
const PROSE = 40;

/** A table that scrolls sideways where it is wide, and can be reached by keyboard. */
export function htmlTable(head: readonly string[], rows: readonly (readonly Cell[])[], label = 'Table'): string {
  return tableHtml({ head, rows }, label);
}

export function tableHtml({ head, rows, chosen = [] }: TableData, label: string): string {
  const classes = head.map((_, i) => classOf(rows.map((row) => row[i] ?? null)));
  const body = rows.map((row) => {
    const cells = row.map((cell, i) => `<td${classes[i]}>${escapeHtml(cellText(cell))}</td>`);
    return `<tr${chosen.includes(String(row[0])) ? ' class="chosen"' : ''}>${cells.join('')}</tr>`;
  });
  const heads = head.map((cell, i) => headCell(cell, classes[i]));
  return `<div class="scroll" role="group" tabindex="0" aria-label="${escapeHtml(label)}"><table><thead><tr>${heads.join('')}</tr></thead><tbody>${body.join('')}</tbody></table></div>`;
}

/** A corner without words is no head of anything. */
function headCell(cell: string, className: string): string {
  return cell === '' ? '<td></td>' : `<th scope="col"${className}>${escapeHtml(cell)}</th>`;
}

/** Sentences wrap, words stand to the left, numbers to the right. */
function classOf(cells: readonly Cell[]): string {
  const texts = cells.filter((cell) => typeof cell === 'string');
  if (texts.some((text) => text.length > PROSE)) return ' class="text"';
  const isNumber = (text: string): boolean => /^[-+−–]?[\d.]|^$|^–$|^not finite$/.test(text);
  return texts.length > 0 && !texts.some(isNumber) ? ' class="word"' : '';
}

export function cellText(cell: Cell): string {
  return cell === null ? '–' : String(cell);
}

/** Names and values, a row each; rows of the class `host` differ from machine to machine. */
export function factsTable(
  facts: readonly { readonly name: string; readonly value: string; readonly isHost?: boolean }[],
): string {
  const rows = facts.map(
    ({ name, value, isHost }) =>
      `<tr${isHost === true ? ' class="host"' : ''}><td>${escapeHtml(name)}</td><td><code>${escapeHtml(value)}</code></td></tr>`,
  );
  return `<table class="facts"><tbody>${rows.join('')}</tbody></table>`;
}
