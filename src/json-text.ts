/** Where a text stops being JSON, and what is wrong there. */
export interface JsonFault {
  /** In UTF-16 code units from the start of the text. */
  readonly offset: number;
  /** A clause: "a comma is missing before this". */
  readonly reason: string;
}

export interface JsonScan {
  /** null for a text that is JSON. */
  readonly fault: JsonFault | null;
  /** Where each value starts, and for a member of an object its name, by dotted path. */
  readonly places: ReadonlyMap<string, number>;
}

/** Line and column of an offset, from 1. */
export function positionIn(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: before[before.length - 1].length + 1 };
}

/** Reads a text as JSON (RFC 8259) for the places of its values; `JSON.parse` tells neither these nor, always, that of a fault. */
export function scanJson(text: string): JsonScan {
  const scanner = new Scanner(text);
  try {
    scanner.whole();
    return { fault: null, places: scanner.places };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { fault: { offset: error.offset, reason: error.reason }, places: scanner.places };
  }
}

/**
 * The line of a dotted path: of the member itself, or of the innermost one around it that is there.
 * @returns null where there is none of them, and where the text has one line
 */
export function lineOf(text: string, { places }: JsonScan, path: string): number | null {
  if (!text.trimEnd().includes('\n')) return null;
  const keys = path.split('.');
  for (let n = keys.length; n >= 1; n -= 1) {
    const offset = places.get(keys.slice(0, n).join('.'));
    if (offset !== undefined) return positionIn(text, offset).line;
  }
  return null;
}

class Fault extends Error {
  constructor(
    readonly offset: number,
    readonly reason: string,
  ) {
    super(reason);
  }
}

const BLANKS = /[ \t\r\n]*/y;
const STRING = /"(?:[^"\\\n\r\t]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /[A-Za-z_$][\w$]*/y;

/** What other languages write for it. */
const FOREIGN: Readonly<Record<string, string>> = {
  True: 'write true',
  False: 'write false',
  None: 'write null',
  NaN: 'JSON has no NaN',
  Infinity: 'JSON has no infinity',
  undefined: 'write null, or leave the member out',
};

class Scanner {
  readonly places = new Map<string, number>();
  private at = 0;

  constructor(private readonly text: string) {}

  whole(): void {
    this.value('');
    this.blanks();
    if (this.at < this.text.length) throw new Fault(this.at, 'there is more after the end of the value');
  }

  private value(path: string): void {
    this.blanks();
    if (!this.places.has(path)) this.places.set(path, this.at);
    const next = this.text[this.at];
    if (next === '{') this.members(path);
    else if (next === '[') this.items(path);
    else if (next === '"') this.string();
    else if (this.take(NUMBER) === null) this.literal();
  }

  private members(path: string): void {
    const open = this.at;
    this.listed('}', open, () => {
      const start = this.at;
      if (this.text[start] !== '"') throw new Fault(start, this.described('a name in double quotes is expected'));
      const name = JSON.parse(this.string()) as string;
      const inner = path === '' ? name : `${path}.${name}`;
      this.places.set(inner, start);
      this.blanks();
      if (this.text[this.at] !== ':') throw new Fault(this.at, this.described('a colon is expected after the name'));
      this.at += 1;
      this.value(inner);
    });
  }

  private items(path: string): void {
    let i = 0;
    this.listed(']', this.at, () => {
      this.value(path === '' ? String(i) : `${path}.${i}`);
      i += 1;
    });
  }

  /** What stands between brackets, apart by commas. */
  private listed(close: string, open: number, entry: () => void): void {
    this.at += 1;
    this.blanks();
    if (this.text[this.at] === close) {
      this.at += 1;
      return;
    }
    for (;;) {
      this.blanks();
      if (this.text[this.at] === close) throw new Fault(this.at, 'there is a comma before this, and nothing between');
      entry();
      this.blanks();
      const next = this.text[this.at];
      this.at += 1;
      if (next === close) return;
      if (next !== ',') throw new Fault(this.at - 1, this.separator(next, close, open));
    }
  }

  private separator(next: string | undefined, close: string, open: number): string {
    const { line } = positionIn(this.text, open);
    if (next === undefined) return `the text ends before the ${close} of the ${this.text[open]} in line ${line}`;
    if (/["{[\w-]/.test(next)) return 'a comma is missing before this';
    this.at -= 1;
    return this.described(`a comma or a ${close} is expected`);
  }

  private string(): string {
    const start = this.at;
    const found = this.take(STRING);
    if (found !== null) return found;
    const bad = /[\n\r\t]|\\(?!["\\/bfnrt]|u[0-9a-fA-F]{4})/g;
    bad.lastIndex = start;
    const fault = bad.exec(this.text);
    if (fault?.[0] === '\t') throw new Fault(fault.index, 'a tab in quotes is written \\t');
    if (fault?.[0] === '\\')
      throw new Fault(fault.index, 'no such escape in JSON: a backslash itself is written twice');
    throw new Fault(start, 'the text in quotes that begins here does not end in its line');
  }

  private literal(): void {
    const start = this.at;
    const word = this.take(WORD);
    if (word === 'true' || word === 'false' || word === 'null') return;
    this.at = start;
    throw new Fault(start, this.described('a value is expected'));
  }

  /** What is expected, and what there is. */
  private described(expected: string): string {
    const rest = this.text.slice(this.at);
    if (rest === '') return `${expected}, and the text ends`;
    if (rest.startsWith("'")) return `${expected}: text is in double quotes, not single ones`;
    if (/^(\/\/|\/\*|#)/.test(rest)) return `${expected}: JSON has no comments`;
    const word = /^[+-]?[\w$.]+/.exec(rest)?.[0] ?? rest[0];
    const hint = FOREIGN[word.replace(/^[+-]/, '')];
    return hint === undefined ? `${expected}, not ${JSON.stringify(word)}` : `${expected}, not ${word}: ${hint}`;
  }

  private blanks(): void {
    this.take(BLANKS);
  }

  private take(pattern: RegExp): string | null {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (found === null) return null;
    this.at += found[0].length;
    return found[0];
  }
}
