export interface SimplexOptions {
  /** Edge of the first simplex along each coordinate. */
  readonly steps: readonly number[];
  readonly maximumIterations: number;
  /** Stop when the values at the vertices agree to this much, relative to their size. */
  readonly tolerance: number;
}

export interface SimplexResult {
  readonly status: 'converged' | 'max_iterations';
  readonly point: readonly number[];
  readonly value: number;
  readonly iterations: number;
}

interface Vertex {
  readonly point: readonly number[];
  readonly value: number;
}

/**
 * Local minimum of f by the simplex method of Nelder & Mead (1965), reflection 1, expansion 2, contraction 1/2, shrink
 * 1/2. Derivative-free and deterministic; values that are not finite count as +infinity.
 *
 * @param objective - f, of points of the length of `start`
 * @param start - first vertex
 * @returns the best vertex, with status `max_iterations` where the vertices still differ
 *
 * @example
 * minimizeBySimplex(([x]) => (x - 2) ** 2, [0], { steps: [1], maximumIterations: 200, tolerance: 1e-12 }).point[0]; // 2
 */
export function minimizeBySimplex(
  objective: (point: readonly number[]) => number,
  start: readonly number[],
  options: SimplexOptions,
): SimplexResult {
  const vertex = (point: readonly number[]): Vertex => {
    const value = objective(point);
    return { point, value: Number.isFinite(value) ? value : Infinity };
  };
  let simplex = [start, ...start.map((_, i) => displaced(start, i, options.steps[i]))].map(vertex);
  for (let iteration = 0; iteration < options.maximumIterations; iteration += 1) {
    simplex.sort((a, b) => a.value - b.value);
    if (spread(simplex) <= options.tolerance) return result('converged', simplex[0], iteration);
    simplex = nextSimplex(simplex, vertex);
  }
  simplex.sort((a, b) => a.value - b.value);
  return result('max_iterations', simplex[0], options.maximumIterations);
}

function nextSimplex(simplex: readonly Vertex[], vertex: (point: readonly number[]) => Vertex): Vertex[] {
  const best = simplex[0];
  const kept = simplex.slice(0, -1);
  const worst = simplex[simplex.length - 1];
  const centre = centroid(kept);
  const along = (factor: number): Vertex => vertex(centre.map((c, j) => c + factor * (worst.point[j] - c)));
  const reflected = along(-1);
  if (reflected.value < best.value) {
    const expanded = along(-2);
    return [...kept, expanded.value < reflected.value ? expanded : reflected];
  }
  if (reflected.value < kept[kept.length - 1].value) return [...kept, reflected];
  const contracted = along(reflected.value < worst.value ? -0.5 : 0.5);
  if (contracted.value < Math.min(reflected.value, worst.value)) return [...kept, contracted];
  return [best, ...simplex.slice(1).map(({ point }) => vertex(midpoint(best.point, point)))];
}

function displaced(point: readonly number[], coordinate: number, step: number): number[] {
  return point.map((value, j) => (j === coordinate ? value + step : value));
}

function midpoint(a: readonly number[], b: readonly number[]): number[] {
  return a.map((value, j) => (value + b[j]) / 2);
}

function centroid(vertices: readonly Vertex[]): number[] {
  return vertices[0].point.map((_, j) => vertices.reduce((sum, { point }) => sum + point[j], 0) / vertices.length);
}

function spread(sorted: readonly Vertex[]): number {
  const low = sorted[0].value;
  const high = sorted[sorted.length - 1].value;
  return (high - low) / (Math.abs(low) + Number.MIN_VALUE);
}

function result(status: SimplexResult['status'], best: Vertex, iterations: number): SimplexResult {
  return { status, point: best.point, value: best.value, iterations };
}
