import { describe, expect, test } from '@jest/globals';
import { compileExpression, derivativeOf, sourceOf, switchesOf } from '../../src/math/expressions.js';
import { within } from '../helpers/within.js';

const NAMES = ['x', 'y'];

/** d text / d x at a point. */
async function slopeOf(text: string, x: number, y = 0): Promise<number> {
  const { tree } = await compileExpression(text, NAMES, { a: 3 });
  const source = sourceOf(await derivativeOf(tree, 'x'), String);
  return (new Function('x', 'y', `return +(${source});`) as (x: number, y: number) => number)(x, y);
}

describe('derivativeOf', () => {
  test.each([
    ['a*(x - y)^2', 2, 1, 6],
    ['x^3 - 2*x', 2, 0, 10],
    ['pow(x, -1)', 2, 0, -0.25],
    ['-x/y', 5, 4, -0.25],
    ['y', 1, 1, 0],
    ['exp(2*x)', 0, 0, 2],
    ['log(x)', 4, 0, 0.25],
    ['log2(x)', 4, 0, 1 / (4 * Math.LN2)],
    ['log10(x)', 4, 0, 1 / (4 * Math.LN10)],
    ['sqrt(x)', 4, 0, 0.25],
    ['cbrt(x)', -8, 0, 1 / 12], // (1/3) (-8)^(-2/3)
    ['sin(x) + cos(x)', 0, 0, 1],
    ['tan(x)', 0, 0, 1],
    ['atan(x)', 1, 0, 0.5],
    ['asin(x) + acos(x)', 0.5, 0, 0],
    ['asinh(x)', 0.75, 0, 0.8],
    ['acosh(x)', 1.25, 0, 4 / 3],
    ['atanh(x)', 0.5, 0, 4 / 3],
    ['expm1(2*x)', 0, 0, 2],
    ['log1p(x)', 3, 0, 0.25],
    ['erf(2*x)', 0, 0, 4 / Math.sqrt(Math.PI)],
    ['atan2(y, x)', 3, 4, -4 / 25],
    ['atan2(x, y)', 3, 4, 4 / 25],
    ['hypot(x, y, 2*x)', 2, 4, 10 / 6], // 5 x / sqrt(5 x^2 + y^2)
    ['hypot(x)', 0, 0, 0],
    ['x*fix(x)', 2.5, 0, 2],
    ['tanh(x)', 0, 0, 1],
    ['tanh(x)', 800, 0, 0],
    ['cosh(x) + sinh(x)', 0, 0, 1],
    ['x^y', 2, 3, 12],
    ['e^x', 0, 0, 1],
    ['abs(x)', -2, 0, -1],
    ['max(x, 0)^2', 3, 0, 6],
    ['max(x, 0)^2', -3, 0, 0],
    ['max(0, x)', 0, 0, 0.5],
    ['min(x, 2*y, 7)', 1, 1, 1],
    ['min(2*x, x + y, 7*x)', 2, 1, 1],
    ['x > 1 ? x^2 : 5*x', 2, 0, 4],
    ['x > 1 ? x^2 : 5*x', 0, 0, 5],
    ['floor(x) + ceil(x) + sign(x) + (x > 0)', 0.5, 0, 0],
    ['log(1 + max(0, 1 - x*y))', 0.5, 1, -1 / 1.5],
    ['max(0, -x) + log(1 + exp(-abs(x)))', 0, 0, -0.5], // the stable form of log(1 + exp(-x)), at its seam
  ])('d/dx of %s at x = %d, y = %d', async (text, x, y, expected) => {
    within(await slopeOf(text, x, y), expected, { abs: 1e-14, because: 'by hand' });
  });

  test('second derivatives too', async () => {
    const { tree } = await compileExpression('log(cosh(x - y)) + (x*y)^2', NAMES);
    const mixed = await derivativeOf(await derivativeOf(tree, 'x'), 'y');
    const at = new Function('x', 'y', `return ${sourceOf(mixed, String)};`) as (x: number, y: number) => number;
    // -1 / cosh(x - y)^2 + 4 x y
    within(at(1, 0.5), -1 / Math.cosh(0.5) ** 2 + 2, { abs: 1e-14, because: 'by hand' });
  });

  test('names of the user mean nothing to mathjs', async () => {
    const { tree } = await compileExpression('i * deg^2', ['i', 'deg']);
    expect(sourceOf(await derivativeOf(tree, 'i'), String)).toBe('((deg) * (deg))');
  });
});

describe('switchesOf', () => {
  const switches = async (text: string): Promise<string[]> =>
    switchesOf((await compileExpression(text, NAMES)).tree).map((term) =>
      sourceOf(term, String).replaceAll(/[() ]/g, ''),
    );

  test.each([
    ['x^2 + sin(y)', []],
    ['abs(x - 1)', ['x-1']],
    ['max(x, y, 0)', ['x-y', 'x', 'y']],
    ['x > 2*y ? abs(x) : 0', ['x-2*y', 'x']],
    ['abs(3) + max(1, 2)', []],
  ])('of %s', async (text, expected) => {
    expect(await switches(text)).toEqual(expected);
  });
});
