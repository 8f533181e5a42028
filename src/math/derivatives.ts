import { HjbLrError } from '../errors.js';
import { smoothDerivative } from './expressions.js';
import { sizeOf, variablesOf, type Term } from './expression-tree.js';
import { call, choice, minus, number, over, plus, power, simplified, times } from './terms.js';

/**
 * d term / d name. mathjs differentiates what is smooth; where a term is pieced together (abs, min, max, a ? b : c, ...)
 * the derivative is that of the piece in force, and half of each where two are equal. Jumps have none: the derivative of
 * sign, floor, ceil and of a comparison is 0.
 *
 * @param term - tree of a compiled expression
 * @param name - the variable
 *
 * @example
 * const { tree } = await compileExpression('max(x, 0)^2', ['x']);
 * sourceOf(await derivativeOf(tree, 'x'), (name) => name); // 2 max(x, 0), times 1, 0 or 1/2
 */
export async function derivativeOf(term: Term, name: string): Promise<Term> {
  if (!variablesOf(term).has(name)) return number(0);
  if (sizeOf(term) > LONGEST) throw tooLong(sizeOf(term));
  if (term.kind === 'variable') return number(1);
  if (hasOwnRule(term)) return simplified(await ofPiece(term, name));
  const pieces: { readonly symbol: string; readonly piece: Term }[] = [];
  const smooth = withoutPieces(term, (piece) => {
    const symbol = `piece ${pieces.length}`;
    pieces.push({ symbol, piece });
    return { kind: 'variable', name: symbol, of: [] };
  });
  let total = await smoothDerivative(smooth, name);
  for (const { symbol, piece } of pieces) {
    const inner = await derivativeOf(piece, name);
    total = plus(total, times(await smoothDerivative(smooth, symbol), inner));
  }
  const named = new Map(pieces.map(({ symbol, piece }) => [symbol, piece]));
  return simplified(substituted(total, named));
}

/** Parts that a term may have of which a derivative is taken. */
const LONGEST = 20_000;

function tooLong(size: number): HjbLrError {
  return new HjbLrError(
    'E_LIMIT',
    `An expression, or a derivative of one, has ${size} parts; at most ${LONGEST} are differentiated.`,
    {
      remedy: 'Write it shorter: a sum over data belongs into the data, and a polynomial is shortest by powers.',
      fields: { size, limit: LONGEST },
    },
  );
}

/**
 * Derivatives by each argument of functions that mathjs has no rule for, or one that fails at 0, below 0 or for large
 * arguments.
 */
const OWN_RULES: Readonly<Record<string, (...of: Term[]) => Term[]>> = {
  abs: (a) => [call('sign', a)],
  sign: () => [number(0)],
  floor: () => [number(0)],
  ceil: () => [number(0)],
  fix: () => [number(0)],
  cbrt: (a) => [over(number(1), times(number(3), power(call('cbrt', a), 2)))],
  expm1: (a) => [call('exp', a)],
  log1p: (a) => [over(number(1), plus(number(1), a))],
  log2: (a) => [over(number(1), times(a, number(Math.LN2)))],
  tan: (a) => [over(number(1), power(call('cos', a), 2))],
  tanh: (a) => [over(number(1), power(call('cosh', a), 2))],
  erf: (a) => [times(number(2 / Math.sqrt(Math.PI)), call('exp', negative(power(a, 2))))],
  atan2: (y, x) => {
    const square = plus(power(x, 2), power(y, 2));
    return [over(x, square), negative(over(y, square))];
  },
  // As abs, 0 where the length is.
  hypot: (...of) => {
    const length = call('hypot', ...of);
    return of.map((a) => choice(length, over(a, length), number(0)));
  },
};

function negative(term: Term): Term {
  return { kind: 'sign', op: '-', of: [term] };
}

const COMPARISONS: readonly string[] = ['<', '>', '<=', '>=', '==', '!='];

function hasOwnRule(term: Term): boolean {
  if (term.kind === 'choice') return true;
  if (term.kind === 'operation') return COMPARISONS.includes(term.op);
  return term.kind === 'call' && (term.name === 'min' || term.name === 'max' || Object.hasOwn(OWN_RULES, term.name));
}

async function ofPiece(term: Term, name: string): Promise<Term> {
  if (term.kind === 'choice') {
    const [condition, yes, no] = term.of;
    return choice(condition, await derivativeOf(yes, name), await derivativeOf(no, name));
  }
  if (term.kind !== 'call') return number(0);
  if (term.name === 'min' || term.name === 'max') return ofExtreme(term.name, term.of, name);
  const rules = OWN_RULES[term.name](...term.of);
  let total = number(0);
  for (const [k, part] of term.of.entries()) total = plus(total, times(rules[k], await derivativeOf(part, name)));
  return total;
}

/**
 * Of min or max: the derivative of the argument that is the extreme, half of each where two are equal, so that
 * max(0, a) + log(1 + exp(-abs(a))), the stable form of a smooth function, has its own derivative at a = 0 too.
 */
async function ofExtreme(extreme: 'min' | 'max', of: readonly Term[], name: string): Promise<Term> {
  const [first, ...others] = of;
  const own = await derivativeOf(first, name);
  if (others.length === 0) return own;
  const rest = others.length === 1 ? others[0] : call(extreme, ...others);
  const other = await ofExtreme(extreme, others, name);
  const compared = (op: string): Term => ({ kind: 'operation', op, of: [first, rest] });
  const [wins, loses] = extreme === 'max' ? ['>', '<'] : ['<', '>'];
  if (sizeOf(own) + sizeOf(other) > WRITTEN_TWICE) {
    // The same with each of them once: written twice, n extremes in each other would take 2^n terms, and their curvature 4^n.
    const share = choice(compared('=='), number(0.5), number(1));
    return times(share, plus(choice(compared(loses), number(0), own), choice(compared(wins), number(0), other)));
  }
  const half = times(number(0.5), plus(own, other));
  return choice(compared(wins), own, choice(compared(loses), other, half));
}

/** Derivatives of two pieces that are together up to this size are written twice. */
const WRITTEN_TWICE = 40;

/** The term with its outermost pieces replaced. */
function withoutPieces(term: Term, replace: (piece: Term) => Term): Term {
  if (hasOwnRule(term)) return replace(term);
  return { ...term, of: term.of.map((part) => withoutPieces(part, replace)) } as unknown as Term;
}

function substituted(term: Term, named: ReadonlyMap<string, Term>): Term {
  if (term.kind === 'variable') return named.get(term.name) ?? term;
  return { ...term, of: term.of.map((part) => substituted(part, named)) } as unknown as Term;
}

/**
 * Functions whose zeros are where a term passes from one of its pieces to another: its derivatives may jump there, and
 * nowhere else (but where they are infinite).
 */
export function switchesOf(term: Term): Term[] {
  return [...own(term), ...(term.of as readonly Term[]).flatMap(switchesOf)].filter(
    (entry) => variablesOf(entry).size > 0,
  );
}

function own(term: Term): Term[] {
  if (term.kind === 'operation' && COMPARISONS.includes(term.op)) return [minus(term.of[0], term.of[1])];
  if (term.kind === 'choice' && !isComparison(term.of[0])) return [term.of[0]];
  if (term.kind !== 'call') return [];
  if (['abs', 'sign', 'cbrt', 'hypot', 'atan2'].includes(term.name)) return [term.of[0]];
  if (['floor', 'ceil', 'fix'].includes(term.name)) return [call('sin', times(number(Math.PI), term.of[0]))];
  if (term.name !== 'min' && term.name !== 'max') return [];
  return term.of.flatMap((a, i) => term.of.slice(i + 1).map((b) => minus(a, b)));
}

function isComparison(term: Term): boolean {
  return term.kind === 'operation' && COMPARISONS.includes(term.op);
}
