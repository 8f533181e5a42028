import { constantOf, sourceOf, variablesOf, type Term } from './expression-tree.js';

/**
 * Degree of a term as a polynomial in one variable, read off its structure, so never too low: Infinity where it is not
 * seen to be a polynomial. A degree may be too high where terms cancel.
 *
 * @example
 * degreeIn(parse('a*u + (1 - u)^2'), 'u'); // 2
 */
export function degreeIn(term: Term, name: string): number {
  if (isZero(term) || !variablesOf(term).has(name)) return 0;
  switch (term.kind) {
    case 'variable':
      return 1;
    case 'sign':
      return degreeIn(term.of[0], name);
    case 'choice':
      return ofChoice(term.of, name);
    case 'operation':
      return ofOperation(term.op, term.of, name);
    case 'call':
      return term.name === 'pow' ? ofPower(term.of as readonly [Term, Term], name) : Infinity;
    default:
      return 0;
  }
}

function ofOperation(op: string, of: readonly [Term, Term], name: string): number {
  const [left, right] = of;
  if (op === '+' || op === '-') return Math.max(degreeIn(left, name), degreeIn(right, name));
  if (op === '*') return degreeIn(left, name) + degreeIn(right, name);
  if (op === '/') return variablesOf(right).has(name) ? Infinity : degreeIn(left, name);
  return op === '^' ? ofPower(of, name) : Infinity;
}

function ofPower([base, exponent]: readonly [Term, Term], name: string): number {
  const power = constantOf(exponent);
  return power !== null && Number.isInteger(power) && power >= 0 ? times(power, degreeIn(base, name)) : Infinity;
}

function times(power: number, degree: number): number {
  return power === 0 ? 0 : power * degree;
}

/** One polynomial or another, as long as the choice does not depend on the variable itself. */
function ofChoice([condition, yes, no]: readonly [Term, Term, Term], name: string): number {
  if (variablesOf(condition).has(name)) return Infinity;
  return Math.max(degreeIn(yes, name), degreeIn(no, name));
}

/** Whether a term is zero wherever it is finite, as far as its structure shows. */
export function isZero(term: Term): boolean {
  if (term.kind === 'operation') {
    const [left, right] = term.of;
    if (term.op === '*') return isZero(left) || isZero(right);
    if (term.op === '/') return isZero(left);
    if (term.op === '+' || term.op === '-') return isZero(left) && isZero(right);
  }
  if (term.kind === 'sign') return isZero(term.of[0]);
  return constantOf(term) === 0;
}

/**
 * The part of a product that depends on a variable, up to a factor free of it: two terms with the same part are the same
 * function of the variable times something free of it. Structural: unlike texts may be alike, equal texts are.
 *
 * @example
 * factorIn(parse('4*u^2*x*x'), 'u') === factorIn(parse('-u*u*x*y/3'), 'u'); // true
 */
export function factorIn(term: Term, name: string): string {
  return [...factorsIn(term, name)]
    .filter(([, power]) => power !== 0)
    .map(([base, power]) => `${base}^${power}`)
    .sort()
    .join('*');
}

type Factors = ReadonlyMap<string, number>;

function factorsIn(term: Term, name: string): Factors {
  if (!variablesOf(term).has(name)) return new Map();
  if (term.kind === 'sign') return factorsIn(term.of[0], name);
  if (term.kind === 'operation') return ofProduct(term.op, term.of, name) ?? itself(term);
  return itself(term);
}

function ofProduct(op: string, [left, right]: readonly [Term, Term], name: string): Factors | null {
  if (op === '*') return merged(factorsIn(left, name), factorsIn(right, name), 1);
  if (op === '/') return merged(factorsIn(left, name), factorsIn(right, name), -1);
  const power = op === '^' ? constantOf(right) : null;
  if (power !== null && Number.isInteger(power)) return merged(new Map(), factorsIn(left, name), power);
  if (op !== '+' && op !== '-') return null;
  if (isZero(left)) return factorsIn(right, name);
  const common = factorIn(left, name) === factorIn(right, name) || isZero(right);
  return common ? factorsIn(left, name) : null;
}

function merged(a: Factors, b: Factors, power: number): Factors {
  const all = new Map(a);
  for (const [base, exponent] of b) all.set(base, (all.get(base) ?? 0) + power * exponent);
  return all;
}

function itself(term: Term): Factors {
  return new Map([[sourceOf(term, (name) => name), 1]]);
}
