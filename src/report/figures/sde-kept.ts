import type { KeptPerturbations } from '../../artifacts/sde-analysis/kept-perturbations.js';
import type { SdeControl } from '../../artifacts/sde-analysis/sde-control.js';
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
    figure(times, [...lines((flow) => flow.strong_loss), ...seen], ['t', 'loss'], {
      id: 'kept-losses',
      title: 'Strong adversarial loss along the mean field, by what becomes of the perturbations',
      caption: `Where the perturbations follow fast enough the flow is Danskin's; where they do not, training sees less than the strong attack finds. ${sentences.slice(1).join(' ')}`,
    }),
    figure(times, weights.flatMap((name, i) => lines(({ weights: path }) => path.map((at) => at[i]), dash(i), weights.length === 1 ? '' : `, ${name}`)), ['t', 'weight'], {
      id: 'kept-weights',
      title: 'Weights along the mean field, by what becomes of the perturbations',
      caption: sentences[0],
    }), // prettier-ignore
  ];
}

/** Both rates of the policy over the updates, averaged over its runs, beside the best constants. */
export function bothRatesFigures({ mean_rates: rates, methods, updates }: SdeControl): Figure[] {
  if (rates === undefined) return [];
  const x = Array.from({ length: updates }, (_, k) => k);
  const constant = methods.find(({ name }) => name === 'constant')!.parameters;
  const of = (y: readonly number[], best: number): Line[] => [
    { name: 'policy, mean over runs', color: COLORS.policy, style: 'solid', y },
    { name: 'best constants of both rates', color: COLORS.fixed, style: 'dash', y: x.map(() => best) },
  ];
  return [
    figure(x, of(rates.learning_rate, constant['rate']), ['update', 'learning rate'], {
      id: 'kept-learning-rate',
      title: 'Learning rate of the weights under the control of both rates',
      caption: 'Mean over the real runs of the policy, whose rate depends on the weight and on the mean perturbation.',
    }),
    figure(x, of(rates.attack_rate, constant['attack_rate']), ['update', 'step size of the attack'], {
      id: 'kept-attack-rate',
      title: 'Step size of the attack under the control of both rates',
      caption: 'The same runs: what an example moves its perturbation by when it is visited.',
    }),
  ];
}

function figure(
  x: readonly number[],
  lines: readonly Line[],
  [xAxis, axis]: readonly [x: string, y: string],
  text: Pick<Figure, 'id' | 'title' | 'caption'>,
): Figure {
  const rows = x.map((t, k) => [t, ...lines.map(({ y }) => y[k])].map((value) => Number(value.toPrecision(5))));
  return {
    ...text,
    data: lines.map(({ name, color, style, y }) => ({ type: 'scatter', mode: 'lines', name, x, y, line: { color, width: 2, dash: style } })), // prettier-ignore
    layout: baseLayout(xAxis, axis),
    table: { head: [xAxis, ...lines.map(({ name }) => name)], rows },
  };
}
