import { constantOf, type Term } from './expression-tree.js';

export function number(value: number): Term {
  return { kind: 'number', value, of: [] };
}

export function plus(a: Term, b: Term): Term {
  return simplifiedOperation('+', a, b);
}

export function minus(a: Term, b: Term): Term {
  return simplifiedOperation('-', a, b);
}

export function times(a: Term, b: Term): Term {
  return simplifiedOperation('*', a, b);
}

export function over(a: Term, b: Term): Term {
  return simplifiedOperation('/', a, b);
}

export function power(base: Term, exponent: number): Term {
  return simplifiedOperation('^', base, number(exponent));
}

export function call(name: string, ...of: readonly Term[]): Term {
  return { kind: 'call', name, of };
}

export function choice(condition: Term, yes: Term, no: Term): Term {
  if (yes.kind === 'number' && no.kind === 'number' && yes.value === no.value) return yes;
  return { kind: 'choice', of: [condition, yes, no] };
}

/** The same function, wherever it is finite, with constants worked out and without terms 0 and factors 0 and 1. */
export function simplified(term: Term): Term {
  if (term.of.length === 0) return term;
  const of = (term.of as readonly Term[]).map(simplified);
  if (term.kind === 'operation') return simplifiedOperation(term.op, of[0], of[1]);
  if (term.kind === 'choice') return choice(of[0], of[1], of[2]);
  const inner = { ...term, of } as unknown as Term;
  return folded(inner) ?? inner;
}

function simplifiedOperation(op: string, a: Term, b: Term): Term {
  const plain: Term = { kind: 'operation', op, of: [a, b] };
  return folded(plain) ?? neutral(op, a, b) ?? plain;
}

/** A term of numbers alone, worked out; null where it has variables or is not finite. */
function folded(term: Term): Term | null {
  if (!(term.of as readonly Term[]).every(({ kind }) => kind === 'number')) return null;
  const value = constantOf(term);
  return value !== null && Number.isFinite(value) ? number(value) : null;
}

/** An operation with 0 or 1, done; null for any other. */
function neutral(op: string, a: Term, b: Term): Term | null {
  if (op === '+') return isNumber(a, 0) ? b : isNumber(b, 0) ? a : null;
  if (op === '-') return isNumber(b, 0) ? a : isNumber(a, 0) ? { kind: 'sign', op: '-', of: [b] } : null;
  if (op === '*') {
    if (isNumber(a, 0) || isNumber(b, 0)) return number(0);
    return isNumber(a, 1) ? b : isNumber(b, 1) ? a : null;
  }
  if (op === '/') return isNumber(a, 0) ? number(0) : isNumber(b, 1) ? a : null;
  if (op === '^') return isNumber(b, 1) ? a : isNumber(b, 0) ? number(1) : null;
  return null;
}

function isNumber(term: Term, value: number): boolean {
  return term.kind === 'number' && term.value === value;
}
