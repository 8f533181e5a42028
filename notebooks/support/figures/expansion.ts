import { COLORS, type Figure } from '../../../dist/src/report/figure.js';
import { compileSgdModel, expandedDirection, type SgdModel } from '../../../dist/src/sde/index.js';
import { linesFigure } from './lines.ts';

const abs = Math.abs;

/** Largest gap over samples between the exact K-step update direction and its expansion, over the inner rate eta_I. */
export async function expansionFigure(model: SgdModel, innerRates: readonly number[]): Promise<Figure> {
  const gaps = await Promise.all(innerRates.map((eta) => gapAt(model, eta)));
  const last = innerRates.length - 1;
  const cubic = innerRates.map((eta) => gaps[last] * (eta / innerRates[last]) ** 3);
  return linesFigure({
    id: 'expansion',
    title: 'Exact inner ascent against its expansion',
    caption:
      'Largest difference over eight samples, at the start: it falls parallel to eta_I cubed, so the expansion to second order is right, and the exact K steps are what the software applies.',
    axes: ['inner rate eta_I', 'largest difference of h'],
    x: innerRates,
    lines: [
      { name: 'exact less expansion', color: COLORS.policy, y: gaps, mode: 'lines+markers' },
      { name: 'slope 3', color: '#888888', y: cubic, dash: 'dot', isGuide: true },
    ],
    logarithmic: 'both',
  });
}

const SAMPLES = 8;

async function gapAt({ file }: SgdModel, innerRate: number): Promise<number> {
  const attack = { ...file.attack, eta_i: innerRate } as typeof file.attack;
  const model = await compileSgdModel({ ...file, attack });
  const expanded = await expandedDirection(model);
  if (expanded === null) throw new Error('Only a penalised ascent has this expansion.');
  const sampler = model.sampler(0, 'notebooks/expansion');
  const z = new Float64Array(model.sampleSize);
  const [exact, close] = [0, 1].map(() => new Float64Array(model.start.length));
  let gap = 0;
  for (let k = 0; k < SAMPLES; k += 1) {
    sampler.draw(z);
    model.updateDirection(model.start, z, exact);
    expanded(model.start, z, close);
    exact.forEach((value, i) => (gap = Math.max(gap, abs(value - close[i]))));
  }
  return gap;
}
