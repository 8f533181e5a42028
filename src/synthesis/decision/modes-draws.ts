import type { ModesFit } from '../../artifacts/coefficients/modes.js';
import { slowing, type ModelDraw, type ModelPart, type PartOptions } from './model-draw.js';

type Draw = ModesFit['draws'][number];

/**
 * Draws of the modes: loss = floor + sum A_i a_i + sum B_i b_i in the states (a_1 ... a_n, b_1 ... b_n). Over h updates at the
 * rate u, g = (1 - u l)^2, L the loss at the start of the block:
 *   a <- g^h a,   b <- g^h b + u^2 (feedback L + constant) (1 - g^h) / (1 - g).
 */
export function modesDraws({ draws }: Pick<ModesFit, 'draws'>): ModelDraw[] {
  return draws.map((draw) => {
    const n = draw.curvatures.length;
    return modesFrom(draw, [...Array<number>(n).fill(1), ...Array<number>(n).fill(0)]);
  });
}

function modesFrom(draw: Draw, start: readonly number[]): ModelDraw {
  const { curvatures } = draw;
  const n = curvatures.length;
  const lossAt = (x: ArrayLike<number>, offset = 0): number => {
    let sum = draw.floor;
    for (let i = 0; i < n; i += 1) sum += draw.slow[i] * x[offset + i] + draw.noise[i] * x[offset + n + i];
    return sum;
  };
  /** Noise that is fed by a given loss, or by that of the states. */
  const move = (x: Float64Array, u: number, h: number, loss: number): void => {
    const fed = u * u * (draw.feedback * loss + draw.constant);
    for (let i = 0; i < n; i += 1) {
      const g = (1 - u * curvatures[i]) ** 2;
      const power = h === 1 ? g : g ** h;
      const sum = h === 1 ? 1 : Math.abs(1 - g) < 1e-9 ? h : (1 - power) / (1 - g);
      x[i] *= power;
      x[n + i] = power * x[n + i] + fed * sum;
    }
  };
  return {
    start,
    deviations: [],
    scale: 1,
    init: () => Float64Array.from(start),
    loss: (x) => lossAt(x),
    advance: (x, u, h) => move(x, u, h, lossAt(x)),
    /** Modes along the run's own losses, as the fit has them. */
    after({ rates, losses }) {
      const x = Float64Array.from(start);
      rates.forEach((u, k) => move(x, u, 1, losses[k]));
      return modesFrom(draw, [...x]);
    },
    part: (options) => modesPart(draw, lossAt, options),
  };
}

/** da/dt = c (g - 1) a, db/dt = c ((g - 1) b + u^2 (feedback L + constant)), with c as slow as the plan's steps need; derivatives by formula. */
function modesPart(
  { curvatures, slow, noise, feedback, constant }: Draw,
  lossAt: (x: ArrayLike<number>, offset?: number) => number,
  { weight, peak, step }: PartOptions,
): ModelPart {
  const n = curvatures.length;
  const c = curvatures.map((l) => slowing(peak * l >= 1 ? 1 : 1 - (1 - peak * l) ** 2, step));
  return {
    loss: (x, offset) => weight * lossAt(x, offset),
    lossGradient(_x, offset, out, factor) {
      for (let i = 0; i < n; i += 1) {
        out[offset + i] += factor * weight * slow[i];
        out[offset + n + i] += factor * weight * noise[i];
      }
    },
    move(x, offset, u, out) {
      const fed = u * u * (feedback * lossAt(x, offset) + constant);
      for (let i = 0; i < n; i += 1) {
        const lost = (1 - u * curvatures[i]) ** 2 - 1;
        out[offset + i] = c[i] * lost * x[offset + i];
        out[offset + n + i] = c[i] * (lost * x[offset + n + i] + fed);
      }
    },
    pullBack(x, offset, u, p, inState, inControl) {
      const D = feedback * lossAt(x, offset) + constant;
      let [fed, inRate] = [0, 0];
      for (let i = 0; i < n; i += 1) {
        const l = curvatures[i];
        const [lost, slope] = [(1 - u * l) ** 2 - 1, -2 * l * (1 - u * l)];
        const [pa, pb] = [c[i] * p[offset + i], c[i] * p[offset + n + i]];
        inState[offset + i] += pa * lost;
        inState[offset + n + i] += pb * lost;
        fed += pb;
        inRate += slope * (pa * x[offset + i] + pb * x[offset + n + i]);
      }
      inControl[0] += inRate + 2 * u * D * fed;
      for (let i = 0; i < n; i += 1) {
        inState[offset + i] += u * u * feedback * fed * slow[i];
        inState[offset + n + i] += u * u * feedback * fed * noise[i];
      }
    },
  };
}
