import type { KeptPerturbations } from '../../artifacts/sde-analysis/kept-perturbations.js';
import { baseLayout, COLORS, dash, type Figure } from '../figure.js';

type Flow = KeptPerturbations['flows'][number];

const SCHEMES: Readonly<Record<Flow['scheme'], { readonly name: string; readonly color: string }>> = {
  kept: { name: 'kept', color: COLORS.policy },
  restarted: { name: 'restarted in every update', color: COLORS.fixed },
  danskin: { name: 'at their maximum (kappa to infinity)', color: COLORS.schedule_free },
  frozen: { name: 'at 0 (kappa to 0)', color: COLORS.decay },
};

interface Line {
  readonly name: string;
  readonly color: string;
  readonly style: string;
  readonly y: readonly number[];
}

/** Losses and weights along the mean field with kept perturbations, its variant and its limits. */
export function keptFigures(weights: readonly string[], { times, flows, sentences }: KeptPerturbations): Figure[] {
  const lines = (read: (flow: Flow) => readonly number[], style = 'solid', more = ''): Line[] =>
    flows.map((flow) => ({
      ...SCHEMES[flow.scheme],
      name: `${SCHEMES[flow.scheme].name}${more}`,
      style,
      y: read(flow),
    }));
  const seen = lines((flow) => flow.training_loss, 'dot', ': as training sees it').slice(0, 1);
  return [
    figure(times, [...lines((flow) => flow.strong_loss), ...seen], 'loss', {
      id: 'kept-losses',
      title: 'Strong adversarial loss along the mean field, by what becomes of the perturbations',
      caption: `Where the perturbations follow fast enough the flow is Danskin's; where they do not, training sees less than the strong attack finds. ${sentences.slice(1).join(' ')}`,
    }),
    figure(times, weights.flatMap((name, i) => lines(({ weights: path }) => path.map((at) => at[i]), dash(i), weights.length === 1 ? '' : `, ${name}`)), 'weight', {
      id: 'kept-weights',
      title: 'Weights along the mean field, by what becomes of the perturbations',
      caption: sentences[0],
    }), // prettier-ignore
  ];
}

function figure(
  x: readonly number[],
  lines: readonly Line[],
  axis: string,
  text: Pick<Figure, 'id' | 'title' | 'caption'>,
): Figure {
  const rows = x.map((t, k) => [t, ...lines.map(({ y }) => y[k])].map((value) => Number(value.toPrecision(5))));
  return {
    ...text,
    data: lines.map(({ name, color, style, y }) => ({ type: 'scatter', mode: 'lines', name, x, y, line: { color, width: 2, dash: style } })), // prettier-ignore
    layout: baseLayout('t', axis),
    table: { head: ['t', ...lines.map(({ name }) => name)], rows },
  };
}
