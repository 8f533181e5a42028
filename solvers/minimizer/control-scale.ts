// Bound once: in a vm context (jest) each look-up of a global costs more than the arithmetic.
const abs = Math.abs;
const asinh = Math.asinh;
const max = Math.max;
const min = Math.min;
const sinh = Math.sinh;

/** Share of the larger bound below which controls are told apart by their difference from 0 alone. */
const SMALLEST_SHARE = 1e-12;

/**
 * A variable in which a control of any size is resolved to the same relative digits:  u = scale sinh z,  z = asinh(u / scale).
 * The scale is the bound that is nearer to 0, or where the bounds have 0 between them a trillionth of the farther one: from
 * there on z is the logarithm of u, and below it proportional to u.
 */
export class ControlScale {
  private readonly scale: number;

  constructor(
    readonly lower: number,
    readonly upper: number,
  ) {
    const near = min(abs(lower), abs(upper));
    const far = max(abs(lower), abs(upper));
    const isAcross = lower <= 0 && upper >= 0;
    this.scale = isAcross ? max(SMALLEST_SHARE * far, Number.MIN_VALUE / Number.EPSILON) : near;
  }

  toScaled(u: number): number {
    return asinh(u / this.scale);
  }

  /** Never beyond the bounds. */
  fromScaled(z: number): number {
    return min(max(this.scale * sinh(z), this.lower), this.upper);
  }

  /** Half way: in the control itself where it changes less than fourfold, in the scaled variable elsewhere. */
  middle(from: number, to: number): number {
    const isSameSize = from * to > 0 && max(from / to, to / from) < 4;
    return isSameSize ? (from + to) / 2 : this.fromScaled((this.toScaled(from) + this.toScaled(to)) / 2);
  }
}
