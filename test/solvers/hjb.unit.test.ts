import { describe, expect, test } from '@jest/globals';
import { rootsOf } from '../../solvers/hjb/node-pieces.js';
import { solveWithStencils } from '../../solvers/hjb/solve.js';
import { buildLattice, buildStencils } from '../../solvers/hjb/stencil.js';
import { logGrid, sinhGrid, solveHjb, uniformGrid } from '../../solvers/index.js';
import type { HjbLrError } from '../../src/errors.js';
import { linearQuadratic } from '../helpers/problems.js';

const OPTIONS = { tolerance: 1e-10, maximumPolicyIterations: 100, keep: [0] };

describe('stencils', () => {
  test('upwind weights at an inner node of a uniform grid', () => {
    // x = -3, 0, 3 of [-6, 6] in 5 nodes; at x = 0, u = 2: mu = 1.2 * 2 = 2.4 > 0, s = .25, h = 3:
    // w- = .25 / 18 = .013888..., w+ = 2.4 / 3 + .25 / 18 = .813888...
    const problem = linearQuadratic({ nodes: 5, steps: 2 });
    const { neighbours, pieces } = buildStencils(problem, buildLattice(problem.states))[2];
    const piece = pieces.find(({ from, to }) => from <= 2 && 2 <= to)!;
    const weights = piece.weights.map(([c0, c1, c2]) => c0 + 2 * (c1 + 2 * c2));
    expect(neighbours).toEqual([1, 3]);
    expect(weights[0]).toBeCloseTo(0.25 / 18, 12);
    expect(weights[1]).toBeCloseTo(0.8 + 0.25 / 18, 12);
  });

  test('a reflecting face mirrors the inner node: s / h^2, outward drift suppressed', () => {
    // At x = -6, u = -30: mu = -.4 * -6 - 36 = -33.6 points outward; w+ = .25 / 9.
    const problem = linearQuadratic({ nodes: 5, steps: 2 });
    const { neighbours, pieces } = buildStencils(problem, buildLattice(problem.states))[0];
    const [c0, c1, c2] = pieces[0].weights[0];
    expect(neighbours).toEqual([1]);
    expect(c0 - 30 * (c1 - 30 * c2)).toBeCloseTo(0.25 / 9, 12);
  });

  test('a downwinded stencil is caught and located', () => {
    const problem = linearQuadratic({ nodes: 21, steps: 4 });
    const lattice = buildLattice(problem.states);
    const stencils = buildStencils(problem, lattice);
    const wrong = stencils.map((stencil, node) =>
      node !== 4
        ? stencil
        : {
            ...stencil,
            pieces: stencil.pieces.map((piece) => ({
              ...piece,
              weights: piece.weights.map(([a, b, c]) => [-a, -b, -c] as const),
            })),
          },
    );
    const { monotone } = solveWithStencils(problem, lattice, wrong, OPTIONS);
    expect(monotone.space).toBe(false);
    expect(monotone.firstOffender).toContain('x = -3.600');
  });
});

describe('solveHjb', () => {
  test('too few policy iterations are a status, not an exception', () => {
    const solution = solveHjb(linearQuadratic({ nodes: 41, steps: 2 }), { ...OPTIONS, maximumPolicyIterations: 1 });
    expect(solution.status).toBe('max_iterations');
    expect(solution.remedy).toMatch(/policy iterations/);
  });

  test('values that are not finite are a status', () => {
    const problem = { ...linearQuadratic({ nodes: 11, steps: 2 }), terminalCost: () => Infinity };
    expect(solveHjb(problem, OPTIONS).status).toBe('non_finite');
  });

  test('a bad problem is refused with every issue', () => {
    const problem = linearQuadratic({ nodes: 5, steps: 2 });
    const bad = {
      ...problem,
      horizon: -1,
      states: [{ ...problem.states[0], grid: [1, 1], coordinate: 'log' as const }],
    };
    try {
      solveHjb(bad, OPTIONS);
      throw new Error('not refused');
    } catch (error) {
      expect((error as HjbLrError).code).toBe('E_INVALID');
      expect((error as HjbLrError).issues.map((issue) => issue.path)).toEqual([
        'states.0.grid',
        'states.0.grid',
        'horizon',
      ]);
    }
  });
});

describe('grids', () => {
  test('ends are exact and nodes increase', () => {
    for (const grid of [uniformGrid(-1, 2, 7), logGrid(0.1, 10, 5), sinhGrid(-1, 3, 9, { center: 0, strength: 4 })]) {
      expect(grid.every((x, i) => i === 0 || x > grid[i - 1])).toBe(true);
    }
    expect(logGrid(0.1, 10, 3)[1]).toBeCloseTo(1, 12);
    expect(sinhGrid(-1, 3, 9, { center: 0, strength: 4 }).at(-1)).toBe(3);
  });
});

describe('rootsOf', () => {
  test('does not lose the small root to cancellation', () => {
    // u^2 - 1e8 u + 1 = 0: roots 1e8 and 1e-8 (to 16 digits each).
    const roots = rootsOf([1, -1e8, 1]).sort((a, b) => a - b);
    expect(roots[0]).toBeCloseTo(1e-8, 20);
    expect(roots[1] / 1e8).toBeCloseTo(1, 12);
  });
});
