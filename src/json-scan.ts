/** Levels of nesting that a JSON file may have: recursive readers go no deeper. */
export const DEEPEST_JSON = 100;

/** Problems that are told of one text. */
const MOST = 5;

const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c];
const OPENING: readonly number[] = [0x7b, 0x5b];
const CLOSING: readonly number[] = [0x7d, 0x5d];

/** Where, and what: an `Issue`. */
interface Fault {
  readonly path: string;
  readonly message: string;
}

/** The names of an object that is open, or null for an array. */
type Open = Set<string> | null;

/**
 * What JSON.parse lets pass and no reader of ours believes: a name that stands twice in an object, of which the last one alone would
 * count, the name `__proto__`, and nesting beyond `DEEPEST_JSON` levels.
 *
 * @param text - valid JSON
 * @returns no issue for a text without them
 */
export function jsonFaults(text: string): Fault[] {
  const issues: Fault[] = [];
  const open: Open[] = [];
  let isName = false;
  for (let i = 0; i < text.length && issues.length < MOST; i += 1) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) {
      const end = endOfString(text, i);
      if (isName) issues.push(...nameIssues(nameAt(text, i, end), open[open.length - 1]!));
      isName = false;
      i = end;
    } else if (OPENING.includes(code)) {
      open.push(code === OPENING[0] ? new Set() : null);
      if (open.length > DEEPEST_JSON) return [{ path: '', message: `is nested more than ${DEEPEST_JSON} levels deep` }];
      isName = code === OPENING[0];
    } else if (CLOSING.includes(code)) {
      open.pop();
      isName = false;
    } else if (code === COMMA) isName = open[open.length - 1] !== null;
  }
  return issues;
}

/** Place of the quote that ends the string which begins at `start`. */
function endOfString(text: string, start: number): number {
  let i = start + 1;
  while (i < text.length && text.charCodeAt(i) !== QUOTE) i += text.charCodeAt(i) === BACKSLASH ? 2 : 1;
  return i;
}

function nameAt(text: string, start: number, end: number): string {
  const raw = text.slice(start + 1, end);
  return raw.includes('\\') ? (JSON.parse(`"${raw}"`) as string) : raw;
}

function nameIssues(name: string, names: Set<string>): Fault[] {
  if (name === '__proto__') return [{ path: name, message: 'is no name of a field' }];
  if (names.has(name)) return [{ path: name, message: 'stands twice in one object' }];
  names.add(name);
  return [];
}
