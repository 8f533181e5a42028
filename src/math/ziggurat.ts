/** Layers of the ziggurat: eight bits of a word choose one. */
const LAYERS = 256;
/** Where the tail begins (Marsaglia & Tsang 2000). */
const R = 3.6541528853610088;

/** Area of each layer: r f(r) + int_r^infinity f, f(x) = exp(-x^2 / 2); the tail by the continued fraction of Mills' ratio. */
const AREA = layerArea();

function layerArea(): number {
  let fraction = R;
  for (let k = 200; k >= 1; k -= 1) fraction = R + k / fraction;
  return density(R) * (R + 1 / fraction);
}

function density(x: number): number {
  return Math.exp((-x * x) / 2);
}

/** Right ends x_0 > x_1 = r > ... > x_256 = 0 of the layers; layer 0 is the base with the tail, as wide as its area asks for. */
export const ENDS: Float64Array = layerEnds();

function layerEnds(): Float64Array {
  const ends = new Float64Array(LAYERS + 1);
  ends[0] = AREA / density(R);
  ends[1] = R;
  for (let i = 2; i < LAYERS; i += 1) {
    ends[i] = Math.sqrt(-2 * Math.log(density(ends[i - 1]) + AREA / ends[i - 1]));
  }
  return ends;
}

/** Share of each layer that lies under the density from end to end. */
export const SHARES: Float64Array = Float64Array.from({ length: LAYERS }, (_, i) => ENDS[i + 1] / ENDS[i]);

/**
 * A point of a layer that may lie above the density: the wedge of the layer, or the tail in place of layer 0.
 * @param u - where in the layer, in [-1, 1)
 * @param uniform - uniforms on [0, 1) of 53 bits
 * @returns a normal; NaN if the point is refused
 */
export function atEdge(layer: number, u: number, uniform: () => number): number {
  if (layer === 0) return u < 0 ? -tail(uniform) : tail(uniform);
  const x = u * ENDS[layer];
  const [low, high] = [density(ENDS[layer]), density(ENDS[layer + 1])];
  return low + uniform() * (high - low) < density(x) ? x : NaN;
}

/** A normal beyond r (Marsaglia 1964). */
function tail(uniform: () => number): number {
  for (;;) {
    const x = -Math.log(1 - uniform()) / R;
    const y = -Math.log(1 - uniform());
    if (y + y > x * x) return R + x;
  }
}
