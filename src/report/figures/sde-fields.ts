import { HjbLrError } from '../../errors.js';
import { gradientPenaltyLoss, type SgdModel } from '../../sde/index.js';
import { baseLayout, COLORS, type Figure } from '../figure.js';
import { mapFigure, uniform, type VectorField } from './weight-maps.js';

/** Points along the one weight, and along each of two. */
const CURVE_POINTS = 81;
const MAP_POINTS = 25;

/**
 * Fields of a model over its weights: curves of one weight, maps of two, none of more.
 * @param clean - the same model without attack
 */
export function fieldFigures(model: SgdModel, clean: SgdModel): Figure[] {
  if (model.weights.length === 1) return curves(model, clean);
  return model.weights.length === 2 ? maps(model) : [];
}

/** Numbers at a point; null where the model gives none. */
function orNull<Result>(find: () => Result): Result | null {
  try {
    return find();
  } catch (error) {
    if (error instanceof HjbLrError) return null;
    throw error;
  }
}

/** What is drawn of a weight: the control's domain, else around start and points. */
function domainOf({ file, weights, start }: SgdModel, i: number): [number, number] {
  const given = file.control?.domain[weights[i]];
  if (given !== undefined) return [given[0], given[1]];
  const values = [start[i], ...file.at.map((at) => at[weights[i]])];
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const margin = high > low ? (high - low) / 2 : 1;
  return [low - margin, high + margin];
}

interface Line {
  readonly name: string;
  readonly color: string;
  readonly y: readonly (number | null)[];
}

function curves(model: SgdModel, clean: SgdModel): Figure[] {
  const [name] = model.weights;
  const x = uniform(domainOf(model, 0), CURVE_POINTS);
  const [hbar, S] = [new Float64Array(1), new Float64Array(1)];
  const coefficients = (from: SgdModel) =>
    x.map((theta) => orNull(() => (from.meanFieldAndCovariance([theta], hbar, S), { hbar: hbar[0], S: S[0] })));
  const [attacked, plain] = [coefficients(model), coefficients(clean)];
  const both = (of: 'hbar' | 'S'): Line[] => [
    { name: 'adversarial SGD', color: COLORS.policy, y: attacked.map((at) => at?.[of] ?? null) },
    { name: 'SGD', color: COLORS.fixed, y: plain.map((at) => at?.[of] ?? null) },
  ];
  const along = (find: (theta: number) => number | null): (number | null)[] =>
    x.map((theta) => orNull(() => find(theta)));
  return [
    curve({
      id: 'mean-field',
      title: 'Mean field',
      caption:
        'The mean update direction hbar of adversarial SGD, and that of SGD without attack: both rest where they cross zero.',
      axis: ['mean field', name],
      x,
      lines: both('hbar'),
    }),
    curve({
      id: 'covariance',
      title: 'Covariance',
      caption: `Variance S of the minibatch direction, ${model.batchSize} examples: what drives the noise of the SDE.`,
      axis: ['covariance', name],
      x,
      lines: both('S'),
    }),
    curve({
      id: 'losses',
      title: 'Losses',
      caption:
        'Expected loss with and without the attack. Dotted: the loss with the penalty on its input gradient that adversarial training descends to first order in its inner steps (theory of Gu & Guo 2021).',
      axis: ['expected loss', name],
      x,
      lines: [
        { name: 'adversarial loss', color: COLORS.policy, y: along((theta) => model.adversarialLoss([theta])) },
        { name: 'clean loss', color: COLORS.fixed, y: along((theta) => model.cleanLoss([theta])) },
        {
          name: 'loss + gradient penalty',
          color: COLORS.decay,
          y: along((theta) => gradientPenaltyLoss(model, [theta])),
        },
      ],
    }),
  ];
}

interface CurveText {
  readonly id: string;
  readonly title: string;
  readonly caption: string;
  readonly axis: readonly [y: string, x: string];
  readonly x: readonly number[];
  readonly lines: readonly Line[];
}

/** Rows of a table beside a curve: each fourth point. */
const TABLE_STRIDE = 4;

function curve({ id, title, caption, axis: [yTitle, xTitle], x, lines }: CurveText): Figure {
  const rows = x.map((at, i) => [at, ...lines.map(({ y }) => y[i])]).filter((_, i) => i % TABLE_STRIDE === 0);
  return {
    id,
    title,
    caption,
    data: lines.map(({ name, color, y }, i) => {
      const line = { color, width: 2, dash: i === 2 ? 'dot' : i === 1 ? 'dash' : 'solid' };
      return { type: 'scatter', mode: 'lines', name, x, y, line };
    }),
    layout: baseLayout(xTitle, yTitle),
    table: {
      head: [xTitle, ...lines.map(({ name }) => name)],
      rows: rows.map((row) => row.map((value) => (value === null ? null : Number(value.toPrecision(6))))),
    },
  };
}

function maps(model: SgdModel): Figure[] {
  const axes = model.weights.map((name, i) => ({ name, grid: uniform(domainOf(model, i), MAP_POINTS) }));
  const [hbar, S] = [new Float64Array(2), new Float64Array(4)];
  const arrows: VectorField = (theta) => orNull(() => (model.meanField(theta, hbar), [-hbar[0], -hbar[1]] as const));
  return [
    mapFigure(axes, {
      id: 'adversarial-loss',
      title: 'Adversarial loss and the flow',
      caption:
        'Expected loss under the attack; the lines lead from their dots along -hbar, the way that adversarial SGD drifts, longer where it is faster (as the cube root).',
      bar: 'adversarial loss',
      at: (theta) => orNull(() => model.adversarialLoss(theta)),
      arrows,
    }),
    mapFigure(axes, {
      id: 'clean-loss',
      title: 'Clean loss',
      caption: 'Expected loss without attack.',
      bar: 'clean loss',
      at: (theta) => orNull(() => model.cleanLoss(theta)),
    }),
    mapFigure(axes, {
      id: 'covariance',
      title: 'Noise',
      caption: `Trace of the covariance S of the minibatch direction, ${model.batchSize} examples.`,
      bar: 'tr S',
      at: (theta) => orNull(() => (model.meanFieldAndCovariance(theta, hbar, S), S[0] + S[3])),
    }),
  ];
}
