import { EigenvalueDecomposition, Matrix } from 'ml-matrix';

/** Nodes and weights of a quadrature rule; the weights add up to 1. */
export interface GaussRule {
  readonly nodes: Float64Array;
  readonly weights: Float64Array;
}

const hermite = new Map<number, GaussRule>();
const legendre = new Map<number, GaussRule>();

/** E f(xi), xi standard normal: exact for polynomials of degree 2n - 1. */
export function gaussHermite(n: number): GaussRule {
  return remembered(hermite, n, (k) => Math.sqrt(k));
}

/** E f(v), v uniform on [-1, 1]: exact for polynomials of degree 2n - 1. */
export function gaussLegendre(n: number): GaussRule {
  return remembered(legendre, n, (k) => k / Math.sqrt(4 * k * k - 1));
}

function remembered(rules: Map<number, GaussRule>, n: number, offDiagonal: (k: number) => number): GaussRule {
  const rule = rules.get(n) ?? golubWelsch(n, offDiagonal);
  rules.set(n, rule);
  return rule;
}

/**
 * Golub & Welsch (1969): the nodes are the eigenvalues of the Jacobi matrix of the orthonormal polynomials (here with zeros
 * on its diagonal), the weights the squares of the first entries of its eigenvectors.
 */
function golubWelsch(n: number, offDiagonal: (k: number) => number): GaussRule {
  const jacobi = Matrix.zeros(n, n);
  for (let k = 1; k < n; k += 1) {
    jacobi.set(k, k - 1, offDiagonal(k));
    jacobi.set(k - 1, k, offDiagonal(k));
  }
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(jacobi, { assumeSymmetric: true });
  const order = realEigenvalues.map((_, i) => i).sort((a, b) => realEigenvalues[a] - realEigenvalues[b]);
  const nodes = Float64Array.from(order, (i) => realEigenvalues[i]);
  const weights = Float64Array.from(order, (i) => eigenvectorMatrix.get(0, i) ** 2);
  return symmetric(nodes, weights);
}

/** Nodes and weights that are symmetric about 0 to the last bit, the weights adding up to 1. */
function symmetric(nodes: Float64Array, weights: Float64Array): GaussRule {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const mirror = (values: Float64Array, i: number): number => values[values.length - 1 - i];
  return {
    nodes: nodes.map((node, i) => (node - mirror(nodes, i)) / 2),
    weights: weights.map((weight, i) => (weight + mirror(weights, i)) / (2 * total)),
  };
}
