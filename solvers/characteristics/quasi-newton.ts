/** Differences of points and of gradients between two iterations. */
export interface Pair {
  readonly step: Float64Array;
  readonly change: Float64Array;
}

/** Inner product sum_i weights_i a_i b_i over the entries that are free. */
export type InnerProduct = (a: Float64Array, b: Float64Array) => number;

export function innerProduct(weights: Float64Array, isFree: Uint8Array): InnerProduct {
  return (a, b) => {
    let sum = 0;
    for (let i = 0; i < a.length; i += 1) if (isFree[i] === 1) sum += weights[i] * a[i] * b[i];
    return sum;
  };
}

/** A pair whose curvature is below this part of its size says nothing. */
const SMALLEST_CURVATURE = 1e-12;

/**
 * -H gradient on the free entries, H the limited-memory BFGS inverse Hessian of the pairs, newest last, restricted to
 * them (Nocedal & Wright 2006, algorithm 7.4); null where no pair has curvature there.
 */
export function quasiNewtonDirection(
  gradient: Float64Array,
  pairs: readonly Pair[],
  dot: InnerProduct,
): Float64Array | null {
  const used = pairs
    .map(({ step, change }) => ({ step, change, curvature: dot(step, change) }))
    .filter(({ step, change, curvature }) => {
      return curvature > SMALLEST_CURVATURE * Math.sqrt(dot(step, step) * dot(change, change));
    })
    .reverse();
  if (used.length === 0) return null;
  const direction = gradient.slice();
  const shares = used.map(({ step, change, curvature }) => {
    const share = dot(step, direction) / curvature;
    addMultiple(direction, -share, change);
    return share;
  });
  const [{ change: newest, curvature: latest }] = used;
  const scale = latest / dot(newest, newest);
  direction.forEach((value, i) => (direction[i] = scale * value));
  used.reverse().forEach(({ step, change, curvature }, k) => {
    const share = shares[used.length - 1 - k] - dot(change, direction) / curvature;
    addMultiple(direction, share, step);
  });
  return direction.map((value) => -value);
}

function addMultiple(target: Float64Array, factor: number, source: Float64Array): void {
  for (let i = 0; i < target.length; i += 1) target[i] += factor * source[i];
}
