import { EigenvalueDecomposition, Matrix } from 'ml-matrix';

const exp = Math.exp;
const max = Math.max;
const sqrt = Math.sqrt;

/** Drift b and half the noise variance, a, at a weight. */
export type LineCoefficients = (theta: number) => { readonly b: number; readonly a: number };

export interface StationaryLine {
  readonly x: Float64Array;
  readonly density: Float64Array;
  readonly mean: number;
  readonly variance: number;
  readonly gap: number;
}

const NODES = 401;
/** Nodes of the matrix whose spectrum is found: every second. */
const STRIDE = 2;
/** Mass in the outermost fiftieths of the interval that asks for a wider one. */
const TAIL = 1e-7;
const MOST_WIDENINGS = 6;

/**
 * The stationary density of the forward equation in one weight without flux, p = C exp(int b / a) / a, with its mean and
 * variance, and the gap of the generator's spectrum: of the finite volumes that this density balances in detail.
 * @returns null where the noise vanishes or the mass does not stay in any interval
 */
export function stationaryLine(
  coefficients: LineCoefficients,
  center: number,
  deviation: number,
): StationaryLine | null {
  let half = 7 * deviation;
  for (let k = 0; k < MOST_WIDENINGS; k += 1, half *= 1.5) {
    const found = onInterval(coefficients, center - half, center + half);
    if (found === null) return null;
    const edge = Math.round(NODES / 50);
    const tail = [...found.density.subarray(0, edge), ...found.density.subarray(NODES - edge)];
    if (tail.reduce((sum, p) => sum + p, 0) * (found.x[1] - found.x[0]) < TAIL) return found;
  }
  return null;
}

function onInterval(coefficients: LineCoefficients, low: number, high: number): StationaryLine | null {
  const h = (high - low) / (NODES - 1);
  const x = Float64Array.from({ length: NODES }, (_, i) => low + i * h);
  const at = Array.from(x, coefficients);
  if (at.some(({ a }) => !(a > 0))) return null;
  const potential = new Float64Array(NODES);
  for (let i = 1; i < NODES; i += 1) {
    const middle = coefficients(x[i] - h / 2);
    // Simpson's rule
    potential[i] =
      potential[i - 1] + (h / 6) * (at[i - 1].b / at[i - 1].a + (4 * middle.b) / middle.a + at[i].b / at[i].a);
  }
  const top = potential.reduce((most, value) => max(most, value), -Infinity);
  const raw = potential.map((value, i) => exp(value - top) / at[i].a);
  const total = raw.reduce((sum, value) => sum + value, 0) * h;
  const density = raw.map((value) => value / total);
  const mean = density.reduce((sum, p, i) => sum + p * x[i], 0) * h;
  const variance = density.reduce((sum, p, i) => sum + p * (x[i] - mean) ** 2, 0) * h;
  return { x, density, mean, variance, gap: spectralGap(density, at, h * STRIDE) };
}

/** Rates a sqrt(p_j / p_i) / h^2 between neighbours, made symmetric. */
function spectralGap(density: Float64Array, at: readonly { readonly a: number }[], h: number): number {
  const top = density.reduce((most, p) => max(most, p), 0);
  const nodes = Array.from({ length: (NODES + 1) / STRIDE }, (_, k) => k * STRIDE).filter(
    (i) => density[i] > 1e-12 * top,
  );
  const L = Matrix.zeros(nodes.length, nodes.length);
  for (let k = 0; k + 1 < nodes.length; k += 1) {
    const [i, j] = [nodes[k], nodes[k + 1]];
    const between = at[i + 1].a / (h * h);
    const ratio = sqrt(density[j] / density[i]);
    L.set(k, k, L.get(k, k) + between * ratio);
    L.set(k + 1, k + 1, L.get(k + 1, k + 1) + between / ratio);
    L.set(k, k + 1, -between);
    L.set(k + 1, k, -between);
  }
  const { realEigenvalues } = new EigenvalueDecomposition(L, { assumeSymmetric: true });
  return max(0, [...realEigenvalues].sort((p, q) => p - q)[1]);
}
