import { generatedFunction, numeral } from './generated-function.js';

/** The syntax tree of a legal expression; constants and bound parameters are numbers in it. */
export type Term =
  | { readonly kind: 'number'; readonly value: number; readonly of: readonly [] }
  | { readonly kind: 'variable'; readonly name: string; readonly of: readonly [] }
  | { readonly kind: 'sign'; readonly op: '+' | '-'; readonly of: readonly [Term] }
  | { readonly kind: 'operation'; readonly op: string; readonly of: readonly [Term, Term] }
  | { readonly kind: 'call'; readonly name: string; readonly of: readonly Term[] }
  | { readonly kind: 'choice'; readonly of: readonly [Term, Term, Term] };

export const CONSTANTS: Readonly<Record<string, number>> = { pi: Math.PI, e: Math.E };

/** The functions an expression may call, with the numbers of arguments they take; all else is refused by name. */
export const FUNCTIONS: Readonly<
  Record<string, { readonly code: string; readonly least: number; readonly most: number }>
> = {
  ...unary('abs', 'sqrt', 'cbrt', 'exp', 'expm1', 'log', 'log1p', 'log2', 'log10', 'floor', 'ceil', 'sign'),
  ...unary('sin', 'cos', 'tan', 'asin', 'acos', 'atan', 'sinh', 'cosh', 'tanh', 'asinh', 'acosh', 'atanh'),
  fix: { code: 'Math.trunc', least: 1, most: 1 },
  erf: { code: 'erf', least: 1, most: 1 },
  atan2: { code: 'Math.atan2', least: 2, most: 2 },
  hypot: { code: 'Math.hypot', least: 1, most: Infinity },
  min: { code: 'Math.min', least: 1, most: Infinity },
  max: { code: 'Math.max', least: 1, most: Infinity },
  pow: { code: 'Math.pow', least: 2, most: 2 },
};

function unary(...names: string[]): Record<string, { code: string; least: number; most: number }> {
  return Object.fromEntries(names.map((name) => [name, { code: `Math.${name}`, least: 1, most: 1 }]));
}

export const OPERATORS: Readonly<Record<string, string>> = {
  '+': '+',
  '-': '-',
  '*': '*',
  '/': '/',
  '^': '**',
  '<': '<',
  '>': '>',
  '<=': '<=',
  '>=': '>=',
  '==': '===',
  '!=': '!==',
};

/** Terms up to this size are written twice for a square. */
const SMALL = 24;

/**
 * JavaScript source of a term.
 * @param at - source of a variable
 */
export function sourceOf(term: Term, at: (name: string) => string): string {
  switch (term.kind) {
    case 'number':
      return `(${Object.is(term.value, -0) ? '-0' : numeral(term.value)})`;
    case 'variable':
      return at(term.name);
    case 'sign':
      return `(${term.op}(${sourceOf(term.of[0], at)}))`;
    case 'operation':
      return term.op === '^' ? powerSource(term.of, at) : operationSource(term.op, term.of, at);
    case 'call':
      if (term.name === 'pow') return powerSource(term.of as readonly [Term, Term], at);
      return `${FUNCTIONS[term.name].code}(${term.of.map((argument) => sourceOf(argument, at)).join(', ')})`;
    case 'choice': {
      const [condition, yes, no] = term.of.map((part) => sourceOf(part, at));
      return `(${condition} ? ${yes} : ${no})`;
    }
  }
}

function operationSource(op: string, [left, right]: readonly [Term, Term], at: (name: string) => string): string {
  return `((${sourceOf(left, at)}) ${OPERATORS[op]} (${sourceOf(right, at)}))`;
}

/** A square is a product: V8's compilers round `x ** 2` in two ways, and which one runs depends on how often it ran. */
function powerSource([base, exponent]: readonly [Term, Term], at: (name: string) => string): string {
  const inner = sourceOf(base, at);
  if (constantOf(exponent) === 2 && sizeOf(base) <= SMALL) return `((${inner}) * (${inner}))`;
  return `((${inner}) ** (${sourceOf(exponent, at)}))`;
}

/** Number of the parts of a term. */
export function sizeOf(term: Term): number {
  return (term.of as readonly Term[]).reduce((size, part) => size + sizeOf(part), 1);
}

/** Value of a term without variables; null if it has any. */
export function constantOf(term: Term): number | null {
  if (term.kind === 'number') return term.value;
  if (term.kind === 'sign') {
    const value = constantOf(term.of[0]);
    return value === null ? null : term.op === '-' ? -value : value;
  }
  if (variablesOf(term).size > 0) return null;
  return generatedFunction<() => number>([], `return +(${sourceOf(term, String)});`)();
}

/** Names of the variables that occur in a term. */
export function variablesOf(term: Term): ReadonlySet<string> {
  const names = new Set<string>();
  const visit = (part: Term): void => {
    if (part.kind === 'variable') names.add(part.name);
    part.of.forEach(visit);
  };
  visit(term);
  return names;
}
