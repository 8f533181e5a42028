import type { MethodResult, Results } from '../artifacts/results/results.js';
import { COLORS, dash } from './figure.js';

/** Colours of the members of a family: each has its own, so that its band can be told from the others'. */
const SHADES: Readonly<Record<MethodResult['family'], readonly string[]>> = {
  policy: [COLORS.policy],
  policy_hjb: [COLORS.policy_hjb],
  fixed: ['#4f9bcb', '#3585bd', '#2171b5', '#125a9c', '#08457f', '#08306b'],
  fixed_clipped: [COLORS.fixed_clipped],
  decay: [COLORS.decay, '#4d8f39'],
  null_hypothesis: [COLORS.null_hypothesis, '#8e3b6b'],
  schedule_free: [COLORS.schedule_free],
  named: [COLORS.named, '#a6761d', '#b8860b'],
  recommended: [COLORS.recommended],
};

const SYMBOLS = ['circle', 'square', 'diamond', 'cross', 'triangle-up'] as const;

export interface MethodStyle {
  readonly color: string;
  readonly dash: string;
  readonly symbol: string;
  readonly width: number;
}

/** How a method is drawn in every figure. */
export function styleOf(method: MethodResult, { methods }: Pick<Results, 'methods'>): MethodStyle {
  const siblings = methods.filter(({ family }) => family === method.family);
  const n = siblings.indexOf(method);
  const shades = SHADES[method.family];
  return {
    color: shades[n % shades.length],
    dash: dash(n),
    symbol: SYMBOLS[methods.indexOf(method) % SYMBOLS.length],
    width: isOurs(method) ? 2.6 : 1.4,
  };
}

/** Policies and the recommended method, in front of what they are compared with. */
export function isOurs({ family }: MethodResult): boolean {
  return family === 'policy' || family === 'policy_hjb' || family === 'recommended';
}
