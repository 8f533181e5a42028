import { erf } from './erf.js';
import { constantOf, sourceOf, type Term } from './expression-tree.js';
import * as interval from './interval.js';
import { LINE, ZERO, type Interval } from './interval.js';

/** Where a function and its first two derivatives in one variable lie on a box. */
export interface Jet {
  readonly value: Interval;
  readonly slope: Interval;
  /** The whole line where the slope may jump. */
  readonly curvature: Interval;
}

/** Enclosures of several terms on a box, in their order. */
export type Enclosure = (low: readonly number[], high: readonly number[], along: number) => readonly Jet[];

type Rule = (operands: readonly Jet[]) => Jet;

/**
 * Interval arithmetic on syntax trees with derivatives of second order carried along (Moore 1966; automatic
 * differentiation forwards): of f(g), f' = f'(g) g' and f'' = f''(g) g'^2 + f'(g) g''. A part that occurs often is worked
 * out once.
 *
 * @param terms - trees of compiled expressions
 * @param variables - names in the order of the boxes
 * @returns reads a box and the index of the variable of the derivatives; enclosures hold up to rounding
 *
 * @example
 * const { tree } = await compileExpression('sin(u) + u', ['u']);
 * enclosureOf([tree], ['u'])([0], [1], 0)[0].slope; // [1 + cos 1, 2]
 */
export function enclosureOf(terms: readonly Term[], variables: readonly string[]): Enclosure {
  const tape: { readonly rule: Rule; readonly from: readonly number[]; readonly variable: number }[] = [];
  const known = new Map<string, number>();
  const place = (term: Term): number => {
    const key = sourceOf(term, (name) => `<${name}>`);
    const found = known.get(key);
    if (found !== undefined) return found;
    const from = (term.of as readonly Term[]).map(place);
    const variable = term.kind === 'variable' ? variables.indexOf(term.name) : -1;
    tape.push({ rule: ruleOf(term, from), from, variable });
    known.set(key, tape.length - 1);
    return tape.length - 1;
  };
  const places = terms.map(place);
  return (low, high, along) => {
    const jets: Jet[] = [];
    for (const { rule, from, variable } of tape) {
      if (variable < 0) jets.push(rule(from.map((k) => jets[k])));
      else {
        const slope: Interval = variable === along ? [1, 1] : ZERO;
        jets.push({ value: [low[variable], high[variable]], slope, curvature: ZERO });
      }
    }
    return places.map((k) => jets[k]);
  };
}

function free(value: Interval): Jet {
  return { value, slope: ZERO, curvature: ZERO };
}

function ruleOf(term: Term, from: readonly number[]): Rule {
  switch (term.kind) {
    case 'number': {
      const jet = free([term.value, term.value]);
      return () => jet;
    }
    case 'variable':
      return () => free(LINE);
    case 'sign':
      return term.op === '-' ? ([a]) => opposite(a) : ([a]) => a;
    case 'operation':
      return operationRule(term.op, term.of, from);
    case 'call':
      return callRule(term.name, term.of);
    case 'choice':
      return ([condition, yes, no]) => either(condition, yes, no);
  }
}

function operationRule(op: string, [left, right]: readonly [Term, Term], from: readonly number[]): Rule {
  if (op === '+') return ([a, b]) => added(a, b);
  if (op === '-') return ([a, b]) => added(a, opposite(b));
  if (op === '*') return from[0] === from[1] ? ([a]) => toPower(a, 2) : ([a, b]) => multiplied(a, b);
  if (op === '/') return ([a, b]) => multiplied(a, toPower(b, -1));
  if (op === '^') return powerRule(left, right);
  return ([a, b]) => {
    const value = compared(op, a.value, b.value);
    return interval.isPoint(value) ? free(value) : rough(value, [a, b]);
  };
}

function powerRule(_base: Term, exponent: Term): Rule {
  const constant = constantOf(exponent);
  if (constant !== null) return ([a]) => toPower(a, constant);
  return ([a, b]) => {
    if (isFree(a) && isFree(b) && a.value[0] > 0) {
      const ends = a.value.flatMap((x) => b.value.map((y) => x ** y));
      return free([Math.min(...ends), Math.max(...ends)]);
    }
    return SMOOTH.exp(multiplied(b, SMOOTH.log(a)));
  };
}

function isFree({ slope, curvature }: Jet): boolean {
  return slope[0] === 0 && slope[1] === 0 && curvature[0] === 0 && curvature[1] === 0;
}

function added(a: Jet, b: Jet): Jet {
  return {
    value: interval.sum(a.value, b.value),
    slope: interval.sum(a.slope, b.slope),
    curvature: interval.sum(a.curvature, b.curvature),
  };
}

function opposite({ value, slope, curvature }: Jet): Jet {
  return {
    value: interval.negative(value),
    slope: interval.negative(slope),
    curvature: interval.negative(curvature),
  };
}

/** (f g)'' = f'' g + 2 f' g' + f g''. */
function multiplied(a: Jet, b: Jet): Jet {
  const value = interval.product(a.value, b.value);
  if (isFree(a) && isFree(b)) return free(value);
  const twice = interval.scaled(2, interval.product(a.slope, b.slope));
  const outer = interval.sum(interval.product(a.curvature, b.value), interval.product(a.value, b.curvature));
  return {
    value,
    slope: interval.sum(interval.product(a.slope, b.value), interval.product(a.value, b.slope)),
    curvature: interval.sum(outer, twice),
  };
}

/** f(a) from enclosures of f, f' and f'' on the values of a. */
function composed(a: Jet, value: Interval, first: () => Interval, second: () => Interval): Jet {
  if (isFree(a)) return free(value);
  const slope = first();
  const curved = interval.product(second(), interval.square(a.slope));
  return {
    value,
    slope: interval.product(slope, a.slope),
    curvature: interval.sum(curved, interval.product(slope, a.curvature)),
  };
}

function toPower(a: Jet, r: number): Jet {
  const { value } = a;
  const at = (exponent: number): Interval => interval.powerOf(value, exponent);
  const second = r * (r - 1);
  return composed(
    a,
    at(r),
    () => interval.scaled(r, at(r - 1)),
    () => (second === 0 ? ZERO : interval.scaled(second, at(r - 2))),
  );
}

/** A smooth function of one argument: its value and first two derivatives. */
type Smooth = (value: Interval) => readonly [Interval, () => Interval, () => Interval];

function smooth(f: Smooth): (a: Jet) => Jet {
  return (a) => {
    const [value, first, second] = f(a.value);
    return composed(a, value, first, second);
  };
}

const over = interval.reciprocal;

function logarithm(base: number): (a: Jet) => Jet {
  const factor = 1 / Math.log(base);
  return smooth((x) => [
    interval.scaled(factor, interval.increasing(Math.log, [Math.max(x[0], 0), x[1]])),
    () => interval.scaled(factor, over([Math.max(x[0], 0), x[1]])),
    () => interval.scaled(-factor, over(interval.square([Math.max(x[0], 0), x[1]]))),
  ]);
}

function exponential(x: Interval): Interval {
  return interval.increasing(Math.exp, x);
}

function hyperbolicCosine(x: Interval): Interval {
  const [low, high] = interval.absolute(x);
  return [Math.cosh(low), Math.cosh(high)];
}

/** Their first two derivatives are enclosed; of every other function only the value. */
const SMOOTH: Readonly<Record<string, (a: Jet) => Jet>> = {
  exp: smooth((x) => [exponential(x), () => exponential(x), () => exponential(x)]),
  expm1: smooth((x) => [interval.increasing(Math.expm1, x), () => exponential(x), () => exponential(x)]),
  log: logarithm(Math.E),
  log2: logarithm(2),
  log10: logarithm(10),
  log1p: (a) => logarithm(Math.E)(added(a, free([1, 1]))),
  sqrt: (a) => toPower(a, 0.5),
  sin: smooth((x) => [interval.sine(x), () => interval.cosine(x), () => interval.negative(interval.sine(x))]),
  cos: smooth((x) => [
    interval.cosine(x),
    () => interval.negative(interval.sine(x)),
    () => interval.negative(interval.cosine(x)),
  ]),
  sinh: smooth((x) => [
    interval.increasing(Math.sinh, x),
    () => hyperbolicCosine(x),
    () => interval.increasing(Math.sinh, x),
  ]),
  cosh: smooth((x) => [hyperbolicCosine(x), () => interval.increasing(Math.sinh, x), () => hyperbolicCosine(x)]),
  // 1 - f^2, and -2 f (1 - f^2).
  tanh: smooth((x) => {
    const value = interval.increasing(Math.tanh, x);
    const first = (): Interval => interval.difference([1, 1], interval.square(value));
    return [value, first, () => interval.scaled(-2, interval.product(value, first()))];
  }),
  // 1 / (1 + x^2), and -2 x / (1 + x^2)^2.
  atan: smooth((x) => {
    const first = (): Interval => over(interval.sum([1, 1], interval.square(x)));
    return [
      interval.increasing(Math.atan, x),
      first,
      () => interval.scaled(-2, interval.product(x, interval.square(first()))),
    ];
  }),
  // 1 / sqrt(1 + x^2), and -x / (1 + x^2)^(3/2).
  asinh: smooth((x) => {
    const one = (): Interval => interval.sum([1, 1], interval.square(x));
    return [
      interval.increasing(Math.asinh, x),
      () => interval.powerOf(one(), -0.5),
      () => interval.negative(interval.product(x, interval.powerOf(one(), -1.5))),
    ];
  }),
  // 2 exp(-x^2) / sqrt(pi), and -2 x times that.
  erf: smooth((x) => {
    const first = (): Interval =>
      interval.scaled(
        2 / Math.sqrt(Math.PI),
        interval.bell((z) => Math.exp(-z * z), x),
      );
    return [interval.increasing(erf, x), first, () => interval.scaled(-2, interval.product(x, first()))];
  }),
};

/** Increasing functions of whose derivatives nothing is said. */
const INCREASING: Readonly<Record<string, (x: number) => number>> = {
  ...{ cbrt: Math.cbrt, asin: Math.asin, acosh: Math.acosh, atanh: Math.atanh },
  ...{ floor: Math.floor, ceil: Math.ceil, fix: Math.trunc, sign: Math.sign },
};

function callRule(name: string, of: readonly Term[]): Rule {
  if (name === 'pow') return powerRule(of[0], of[1]);
  if (Object.hasOwn(SMOOTH, name)) return ([a]) => SMOOTH[name](a);
  if (name === 'abs') return ([a]) => magnitudeOf(a);
  if (name === 'max') return (all) => all.reduce((most, a) => larger(most, a));
  if (name === 'min') return (all) => opposite(all.map(opposite).reduce((most, a) => larger(most, a)));
  if (name === 'tan') return ([a]) => multiplied(SMOOTH.sin(a), toPower(SMOOTH.cos(a), -1));
  if (name === 'hypot') return (all) => toPower(all.map((a) => toPower(a, 2)).reduce(added), 0.5);
  if (Object.hasOwn(INCREASING, name)) return ([a]) => rough(interval.increasing(INCREASING[name], a.value), [a]);
  return (all) => rough(LINE, all);
}

/** A value of whose derivatives nothing is known, unless it does not depend on the variable. */
function rough(value: Interval, of: readonly Jet[]): Jet {
  return of.every(isFree) ? free(value) : { value, slope: LINE, curvature: LINE };
}

function magnitudeOf(a: Jet): Jet {
  if (a.value[0] >= 0) return a;
  return a.value[1] <= 0 ? opposite(a) : pieced(interval.absolute(a.value), a, opposite(a));
}

function larger(a: Jet, b: Jet): Jet {
  if (a.value[0] >= b.value[1]) return a;
  if (b.value[0] >= a.value[1]) return b;
  return pieced([Math.max(a.value[0], b.value[0]), Math.max(a.value[1], b.value[1])], a, b);
}

/** One or the other, continuously. */
function pieced(value: Interval, a: Jet, b: Jet): Jet {
  if (isFree(a) && isFree(b)) return free(value);
  return { value, slope: interval.hull(a.slope, b.slope), curvature: LINE };
}

/** One or the other: in the variable without a jump where the condition does not depend on it. */
function either(condition: Jet, yes: Jet, no: Jet): Jet {
  const [least, most] = condition.value;
  if (least > 0 || most < 0) return yes;
  if (least === 0 && most === 0) return no;
  const value = interval.hull(yes.value, no.value);
  if (!isFree(condition)) return { value, slope: LINE, curvature: LINE };
  return { value, slope: interval.hull(yes.slope, no.slope), curvature: interval.hull(yes.curvature, no.curvature) };
}

/** 1 where a comparison holds, 0 where it does not. */
function compared(op: string, a: Interval, b: Interval): Interval {
  const [least, most] = interval.difference(a, b);
  const sure: Readonly<Record<string, readonly [yes: boolean, no: boolean]>> = {
    '<': [most < 0, least >= 0],
    '<=': [most <= 0, least > 0],
    '>': [least > 0, most <= 0],
    '>=': [least >= 0, most < 0],
    '==': [least === 0 && most === 0, least > 0 || most < 0],
    '!=': [least > 0 || most < 0, least === 0 && most === 0],
  };
  const [yes, no] = sure[op];
  return yes ? [1, 1] : no ? [0, 0] : [0, 1];
}
