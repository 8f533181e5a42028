import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { compileExpression, derivativeOf, sourceOf, type Term } from '../../src/math/expressions.js';
import { generatedFunction } from '../../src/math/generated-function.js';
import { enclosureOf } from '../../src/math/interval-jets.js';

/** Smooth in u and pieced together, with every function of the syntax. */
const EXPRESSIONS = [
  'sin(150*u) + u',
  'x*u^3 - u^2/(1 + u^2)',
  'log(u + 5)*x + sqrt(u + 4)',
  'exp(-u^2)*cos(x*u)',
  'abs(u)^2 + max(u, x)*min(x, 2*u)',
  'u > x ? u^2 : x*u',
  'tanh(u)*atan(u) + asinh(3*u)',
  '(u + 4)^1.5 + (u + 4)^(-0.7) + 2^u',
  'sinh(u/2) - cosh(x)*expm1(u) + log1p(u + 4)',
  'hypot(u, 1) + erf(u*x) + log10(u + 4) + log2(9 - u)',
  'tan(u/3) + floor(x)*u + ceil(u) + sign(u)*u',
  'pow(u, 4) - (u - x)^2*(u + x)',
];

/** A term as a function of u and x. */
function functionOf(term: Term): (u: number, x: number) => number {
  return generatedFunction(['u', 'x'], `return +(${sourceOf(term, (name) => name)});`);
}

const real = fc.double({ min: -3, max: 3, noNaN: true });

describe('enclosures on a box', () => {
  test.each(EXPRESSIONS)('%s: the values, slopes and curvatures of all points of the box lie inside', async (text) => {
    const { tree } = await compileExpression(text, ['u', 'x']);
    const first = await derivativeOf(tree, 'u');
    const [f, slope, curvature] = [tree, first, await derivativeOf(first, 'u')].map(functionOf);
    const enclosure = enclosureOf([tree], ['u', 'x']);
    const within = ([low, high]: readonly [number, number], value: number, what: string): void => {
      const slack = 1e-9 * (1 + Math.abs(value));
      expect([what, value >= low - slack && value <= high + slack, low, value, high]).toEqual([
        ...[what, true, low, value, high],
      ]);
    };
    fc.assert(
      fc.property(real, real, real, real, real, real, (a, b, c, d, p, q) => {
        const [low, high] = [
          [Math.min(a, b), Math.min(c, d)],
          [Math.max(a, b), Math.max(c, d)],
        ];
        const share = (z: number): number => (z + 3) / 6;
        const u = low[0] + share(p) * (high[0] - low[0]);
        const x = low[1] + share(q) * (high[1] - low[1]);
        // At a kink a derivative is the mean of both sides.
        fc.pre(u !== x && u !== 0 && high[0] > low[0]);
        const [jet] = enclosure(low, high, 0);
        within(jet.value, f(u, x), 'value');
        within(jet.slope, slope(u, x), 'slope');
        within(jet.curvature, curvature(u, x), 'curvature');
      }),
      { numRuns: 200, seed: 7 },
    );
  });

  test('on a point of a smooth function they are its value and derivatives', async () => {
    const { tree } = await compileExpression('u^3*exp(u)', ['u']);
    const [{ value, slope, curvature }] = enclosureOf([tree], ['u'])([1], [1], 0);
    // (u^3)', '' = 3, 6 at 1, each times e: f = e, f' = (3 + 1) e, f'' = (6 + 6 + 1) e.
    for (const [jet, exact] of [
      [value, Math.E],
      [slope, 4 * Math.E],
      [curvature, 13 * Math.E],
    ] as const) {
      for (const end of jet) expect(Math.abs(end - exact)).toBeLessThan(1e-13);
    }
  });

  test('a kink leaves the curvature open, and the slope between those of both sides', async () => {
    const { tree } = await compileExpression('abs(u)', ['u']);
    expect(enclosureOf([tree], ['u'])([-1], [2], 0)[0]).toEqual({
      ...{ value: [0, 2], slope: [-1, 1], curvature: [-Infinity, Infinity] },
    });
  });
});
