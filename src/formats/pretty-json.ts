import { HjbLrError } from '../errors.js';

/**
 * JSON for people and programs alike: one member a line, arrays of plain numbers and words on one line, members in the
 * order in which the value holds them.
 *
 * @throws E_INVALID for a number that JSON cannot hold (NaN, infinities), naming its path
 */
export function prettyJson(value: unknown): string {
  return `${format(value, '', [])}\n`;
}

function format(value: unknown, indent: string, path: readonly (string | number)[]): string {
  if (typeof value !== 'object' || value === null) return scalar(value, path);
  const inner = `${indent} `;
  if (Array.isArray(value)) {
    if (value.every(isScalar)) return `[${value.map((entry, i) => scalar(entry, [...path, i])).join(', ')}]`;
    return block(
      '[',
      ']',
      indent,
      value.map((entry, i) => format(entry, inner, [...path, i])),
    );
  }
  const members = Object.entries(value).filter(([, entry]) => entry !== undefined);
  if (members.length === 0) return '{}';
  return block(
    '{',
    '}',
    indent,
    members.map(([key, entry]) => `${JSON.stringify(key)}: ${format(entry, inner, [...path, key])}`),
  );
}

function block(open: string, close: string, indent: string, lines: readonly string[]): string {
  return `${open}\n${lines.map((line) => `${indent} ${line}`).join(',\n')}\n${indent}${close}`;
}

function scalar(value: unknown, path: readonly (string | number)[]): string {
  if (typeof value === 'number' && !Number.isFinite(value)) {
    throw new HjbLrError('E_INVALID', `JSON cannot hold ${value} (at ${path.join('.')}).`, {
      remedy: 'Give a finite number, or null where the file format allows it.',
      issues: [{ path: path.join('.'), message: `expected a finite number, received ${value}` }],
    });
  }
  return JSON.stringify(value) ?? 'null';
}

function isScalar(value: unknown): boolean {
  return typeof value !== 'object' || value === null;
}
