import { describe, expect, test } from '@jest/globals';
import type { HjbLrError } from '../../src/errors.js';
import { compileExpression, factorIn, isZero, RESERVED_NAMES } from '../../src/math/expressions.js';

async function valueOf(text: string, variables: Record<string, number> = {}): Promise<number> {
  return (await compileExpression(text, Object.keys(variables))).evaluate(Object.values(variables));
}

/** The error with which an expression in x is refused. */
async function refusal(text: string): Promise<HjbLrError> {
  const outcome = await compileExpression(text, ['x']).catch((error: unknown) => error);
  const error = outcome as HjbLrError;
  expect(error.code).toBe('E_EXPRESSION');
  expect(error.fields.expression).toBe(text);
  return error;
}

describe('compileExpression', () => {
  test.each([
    ['-2*x^2', -18],
    ['2^-x^2', 2 ** -9], // right to left: 2^(-(3^2))
    ['-x^2', -9], // the power binds before the sign
    ['2 x', 6],
    ['(x - 1) / 4 + 1e-1', 0.6],
    ['x > 2 ? 10 : 20', 10],
    ['x <= 2 ? 10 : x == 3 ? 11 : 12', 11],
    ['(x != 3) + (x < 4) - (x >= 4)', 1],
    ['(x > 2 and x < 4) + 2 * (x < 2 or x > 4) + 4 * (not x)', 1],
    ['x < 2 and log(x - 3) > 0 ? 10 : not (x < 2 or x == 3) ? 20 : 30', 30],
    ['x and 7 or 0', 1], // as comparisons, 1 or 0
    ['pi / e', Math.PI / Math.E],
    ['min(x, 2, 7) + max(x, 2) + abs(-x)', 8],
    ['pow(x, 2) + sqrt(16) + cbrt(27)', 16],
    ['exp(0) + log(e) + log2(8) + log10(100)', 7],
    ['floor(x / 2) + ceil(x / 2) + sign(-x)', 2],
    ['sin(0) + cos(0) + tan(0) + atan(0) + tanh(0) + sinh(0) + cosh(0)', 2],
    ['asin(1) + acos(1) + asinh(0) + acosh(1) + atanh(0)', Math.PI / 2],
    ['hypot(x, 4) + hypot(2, 3, 6) + hypot(-x)', 5 + 7 + 3],
    ['fix(-x / 2) + fix(x / 2)', 0],
    ['atan2(x, -x)', (3 * Math.PI) / 4],
    ['expm1(0) + log1p(0) + erf(0)', 0],
  ])('%s at x = 3 is %d', async (text, expected) => {
    expect(await valueOf(text, { x: 3 })).toBeCloseTo(expected, 12);
  });

  test('small arguments keep their digits', async () => {
    expect(await valueOf('expm1(x) + log1p(x)', { x: 1e-20 })).toBe(2e-20);
    expect(await valueOf('1 + erf(x) * 0', { x: 1 })).toBe(1);
    expect((await compileExpression('2*erf(0.5)', [])).evaluate([])).toBe(2 * 0.5204998778130465);
  });

  test('values come in the order of the declared names; a declared name hides a constant', async () => {
    const { evaluate } = await compileExpression('a - b * e', ['b', 'a', 'e']);
    expect(evaluate([2, 10, 3])).toBe(4);
    expect(evaluate(Float64Array.of(1, 1, 1))).toBe(0);
  });

  test('keeps its text and shows its source, which evaluates to the same', async () => {
    const compiled = await compileExpression('min(x, 1)^2', ['x']);
    expect(compiled.source).toBe('min(x, 1)^2');
    const again = new Function('values', `return ${compiled.toSource()}`) as (values: number[]) => number;
    expect([again([0.5]), compiled.evaluate([0.5])]).toEqual([0.25, 0.25]);
  });
});

describe('what is refused, and how it is named', () => {
  test.each([
    ['y + 1', 'unknown name "y"'],
    ['2 cm', 'unknown name "cm"'],
    ['i', 'unknown name "i"'],
    ['constructor', 'unknown name "constructor"'],
    ['abs', 'unknown name "abs"'],
    ['gamma(x)', 'unknown function "gamma"'],
    ['import(x)', 'unknown function "import"'],
    ['toString(x)', 'unknown function "toString"'],
    ['foo.abs(x)', 'unknown function "foo.abs"'],
    ['x.abs', 'accessor is not allowed'],
    ['log(8, 2)', 'log takes 1 argument(s), got 2'],
    ['pow(x)', 'pow takes 2 argument(s), got 1'],
    ['min()', 'min takes 1 or more argument(s), got 0'],
    ['Infinity', '"Infinity" is not a finite number'],
    ['NaN + x', '"NaN" is not a finite number'],
    ['1e400', '"Infinity" is not a finite number'],
    ['true', '"true" is not a finite number'],
    ['"a"', '"a" is not a finite number'],
    ['', 'it is empty'],
    ['x!', 'operator "!" is not allowed'],
    ["x'", 'operator "\'" is not allowed'],
    ['x xor 1', 'operator "xor" is not allowed'],
    ['-inf', '"inf" is not a finite number; give one of any size'],
    ['x % 2', 'operator "%" is not allowed'],
    ['1 < x < 3', 'relational is not allowed'],
    ['a = 3', 'assignment is not allowed'],
    ['f(x) = x', 'functionassignment is not allowed'],
    ['[1, x]', 'array is not allowed'],
    ['x; 2', 'block is not allowed'],
    ['1:3', 'range is not allowed'],
    ['{a: 1}', 'object is not allowed'],
  ])('%s: %s', async (text, reason) => {
    expect((await refusal(text)).message).toContain(reason);
  });

  test('a syntax error with its position', async () => {
    const { message, fields } = await refusal('x + * 2');
    expect(message).toBe('The expression "x + * 2" is not legal: Value expected (char 5).');
    expect(fields.position).toBe(5);
  });

  test.each([
    ['brackets', `${'('.repeat(20000)}x${')'.repeat(20000)}`],
    ['a sum', `x${'+x'.repeat(20000)}`],
  ])('%s without end: one error, its quotation short', async (_, text) => {
    const { message } = await refusal(text);
    expect(message).toMatch(/nested too deeply/);
    expect(message.length).toBeLessThan(400);
  });
});

describe('structure', () => {
  const compile = (text: string) => compileExpression(text, ['x', 'y', 'u', 't'], { a: 2, n: 3, nothing: 0 });

  test.each([
    ['a*x', 0],
    ['-2*a*u*x + a*u^2/2', 2],
    ['(1 - u)*(1 + u)*u', 3],
    ['(u - x)^n', 3], // a parameter is a number
    ['pow(u, 2)/x', 2],
    ['(u^2)^3', 6],
    ['u^0', 0],
    ['nothing*exp(u)', 0],
    ['x > 0 ? u : u^2', 2], // the choice does not depend on u
    ['u > 0 ? u : -u', Infinity],
    ['abs(u)', Infinity],
    ['max(u, 0)', Infinity],
    ['1/u', Infinity],
    ['u^-1', Infinity],
    ['u^0.5', Infinity],
    ['2^u', Infinity],
    ['u^x', Infinity],
    ['u < 1', Infinity],
    ['exp(x)*u', 1],
  ])('%s has degree %d in u', async (text, degree) => {
    expect((await compile(text)).degreeIn('u')).toBe(degree);
  });

  test('which variables occur; parameters do not', async () => {
    expect([...(await compile('a*x + sin(t)*u')).variables].sort()).toEqual(['t', 'u', 'x']);
  });

  test.each([
    ['4*u^2*x*x', '-u*u*x*y/3', true],
    ['u^2*x + 3*u^2', 'u^2', true], // a common factor of a sum
    ['(1 + u)^2*x', 'y*(1 + u)*(1 + u)', true],
    ['u', 'u^2', false],
    ['1 + u', '1 + 2*u', false],
    ['0*x + u', 'x*u', true],
    ['u/(1 + u)', 'u*x/(1 + u)', true],
  ])('%s and %s are one function of u times something free of it: %p', async (one, other, same) => {
    const [a, b] = [await compile(one), await compile(other)];
    expect(factorIn(a.tree, 'u') === factorIn(b.tree, 'u')).toBe(same);
  });

  test('zero is seen through parameters', async () => {
    expect(isZero((await compile('nothing*x*y - 0/x')).tree)).toBe(true);
    expect(isZero((await compile('x - x')).tree)).toBe(false);
  });

  test('a square is a product, however often the function ran', async () => {
    expect((await compile('(x + 1)^2')).toSource((name) => name)).toBe('((((x) + ((1)))) * (((x) + ((1)))))');
  });

  test('reserved: constants, functions, time and the words of the syntax', () => {
    expect(['pi', 'e', 't', 'exp', 'mod', 'not'].every((name) => RESERVED_NAMES.has(name))).toBe(true);
    expect(RESERVED_NAMES.has('x')).toBe(false);
  });
});
