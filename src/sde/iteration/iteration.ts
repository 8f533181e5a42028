import { LOAD, LOCALS, NORMAL_ARGUMENTS, STORE } from '../../math/fast-stream.js';
import type { FastStream } from '../../math/fast-stream.js';
import { sourceOf, type Term } from '../../math/expressions.js';
import { generatedFunction, numeral } from '../../math/generated-function.js';
import type { SgdModel } from '../model.js';
import { refuseKept } from '../restarted-alone.js';
import { stepSource } from './attack-source.js';
import { sampleSource } from './sample-source.js';

/** Learning rate (absolute, eta u) of update k at weights theta. */
export type RateRule = (k: number, theta: Float64Array) => number;

/** Real adversarial SGD as one generated loop: sampling, ascent, gradient and update fused, without allocation. */
export interface Iteration {
  /** Runs the updates from <= k < to on the weights, in place, at the rates `rates[k]` or `rates(k, theta)`. */
  run(theta: Float64Array, rates: Float64Array | RateRule, from: number, to: number, stream: FastStream): void;
  /** One sample [x, label, delta^0], as the loop draws it. */
  draw(sample: Float64Array, stream: FastStream): void;
  /** The generated loop at open-loop rates, to look at. */
  readonly source: string;
}

/**
 * Fuses the real iteration of a model, theta' = theta - rate (1/B) sum_i h(theta, z_i), into one function, generated from the
 * syntax trees of the loss; the update directions are those of `model.updateDirection`, to rounding.
 *
 * @example
 * const iteration = fuseIteration(model);
 * const theta = Float64Array.from(model.start);
 * iteration.run(theta, new Float64Array(30).fill(0.1), 0, 30, fastStream(0, 'runs')); // thirty updates at the rate 0.1
 */
export function fuseIteration(model: SgdModel): Iteration {
  refuseKept(model, 'fuseIteration', 'Take simulateKept, or write "start": "zero".');
  const parts = partsOf(model);
  const open = loopSource(model, parts, 'rates[k]');
  const feedback = loopSource(model, parts, 'rates(k, theta)');
  const [runOpen, runFeedback] = [open, feedback].map((body) => compiled<Loop>(['rates', 'from', 'to'], body, model));
  const drawn = Array.from({ length: model.sampleSize }, (_, j) => (j < parts.data ? `z${j}` : `d${j - parts.data}`));
  const draw = compiled<Draw>(
    [],
    `${LOCALS} ${LOAD} ${parts.locals} ${parts.sample} ${STORE} ${drawn.map((name, j) => `theta[${j}] = ${name};`).join(' ')}`,
    model,
  );
  return {
    run(theta, rates, from, to, { words }) {
      if (typeof rates === 'function') runFeedback(words, theta, rates, from, to);
      else runOpen(words, theta, rates, from, to);
    },
    draw: (sample, { words }) => draw(words, sample),
    source: open,
  };
}

type Loop = (words: Int32Array, theta: Float64Array, rates: unknown, from: number, to: number) => void;
type Draw = (words: Int32Array, sample: Float64Array) => void;

interface LoopParts {
  readonly data: number;
  readonly locals: string;
  readonly sample: string;
  readonly ascent: string;
  readonly gradient: string;
}

/** Weights are t0, ..., the sample z0, ..., its place under attack p0, ..., the perturbation d0, ..., grad_x l g0, ... */
function partsOf({ file, loss, law, ascent, weights }: SgdModel): LoopParts {
  const { data } = law;
  const names = [...file.inputs, ...(file.label === null ? [] : [file.label])];
  const { inputs } = loss;
  const at = (name: string): string => {
    const i = weights.indexOf(name);
    return i >= 0 ? `t${i}` : `p${names.indexOf(name)}`;
  };
  const each = (n: number, line: (j: number) => string): string =>
    Array.from({ length: n }, (_, j) => line(j)).join(' ');
  const source = (term: Term): string => sourceOf(term, at);
  const move = each(inputs, (j) => `p${j} = z${j} + d${j};`);
  const gradient = loss.terms.inputGradient.map((term, j) => `g${j} = ${source(term)};`).join(' ');
  const begin = law.start === null ? each(inputs, (j) => `d${j} = 0;`) : '';
  const steps =
    ascent.steps === 0
      ? ''
      : `for (let i = 0; i < ${numeral(ascent.steps)}; i++) { ${gradient} ${stepSource(file.attack, inputs)} ${move} }`;
  return {
    data,
    locals: `let ${[
      ...names.flatMap((_, j) => [`z${j} = 0`, `p${j} = 0`]),
      ...file.inputs.flatMap((_, j) => [`d${j} = 0`, `g${j} = 0`]),
    ].join(', ')};`,
    sample: sampleSource(law).body,
    ascent: `${file.label === null ? '' : `p${inputs} = z${inputs};`} ${begin} ${move} ${steps}`,
    gradient: loss.terms.weightGradient.map((term, i) => `h${i} += ${source(term)};`).join(' '),
  };
}

function loopSource({ weights, batchSize: size }: SgdModel, parts: LoopParts, rate: string): string {
  const batchSize = numeral(size);
  const each = (line: (i: number) => string): string => weights.map((_, i) => line(i)).join(' ');
  const write = each((i) => `theta[${i}] = t${i};`);
  const isFeedback = rate.includes('(');
  const around = isFeedback ? `${STORE} ${write}` : '';
  const one = `{ ${parts.sample} ${parts.ascent} ${parts.gradient} }`;
  const batch = size === 1 ? one : `for (let n = 0; n < ${batchSize}; n++) ${one}`;
  return `${LOCALS} ${LOAD} ${parts.locals} ${each((i) => `let t${i} = theta[${i}];`)}
for (let k = from; k < to; k++) {
${around} const l = ${rate} / ${batchSize}; ${isFeedback ? LOAD : ''}
${each((i) => `let h${i} = 0;`)}
${batch}
${each((i) => `t${i} -= l * h${i};`)}
}
${STORE} ${write}`;
}

/** A function of (words, vector, ...names); tables and the edge of the ziggurat are bound. */
function compiled<F extends (...values: never[]) => void>(
  names: readonly string[],
  body: string,
  { law }: SgdModel,
): F {
  const { tables } = sampleSource(law);
  const { ends, shares, edge } = NORMAL_ARGUMENTS;
  const { means, roots, columns, cumulative } = tables;
  const bound = { ends, shares, edge, means, roots, columns, cumulative };
  return generatedFunction<F>(['words', 'theta', ...names], body, bound);
}
