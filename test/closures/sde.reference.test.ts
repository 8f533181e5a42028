import { describe, expect, test } from '@jest/globals';
import { CLOSURES, type Closure, type Scales } from '../../src/closures/index.js';
import { fitClosure } from '../../src/estimation/fit.js';
import type { PilotRun } from '../../src/estimation/observations.js';
import { valuesOf } from '../../src/estimation/priors.js';
import { compileExpression } from '../../src/math/expressions.js';
import { randomStream, type RandomStream } from '../../src/math/random.js';
import { within } from '../helpers/within.js';

const SCALES: Scales = { firstLoss: 2.5, peak: 0.8, horizon: 800 };
/** Euler steps in an update. */
const SUBSTEPS = 4;

type Step = (x: Float64Array, u: number, stream: RandomStream) => void;

/** Euler-Maruyama along the equations that the solver is given: natural states, one update in SUBSTEPS steps. */
async function sdeStep(closure: Closure, parameters: Readonly<Record<string, number>>): Promise<Step> {
  const states = Object.keys(closure.axes);
  const names = [...states, 'u', ...Object.keys(parameters)];
  const compile = async (text: string) => compileExpression(text, names);
  const drift = await Promise.all(closure.equations.drift.map(compile));
  const variance = await Promise.all(closure.equations.covariance.map((row, i) => compile(row[i])));
  const dt = 1 / SUBSTEPS;
  return (x, u, stream) => {
    for (let k = 0; k < SUBSTEPS; k += 1) {
      const values = [...x, u, ...Object.values(parameters)];
      for (let i = 0; i < x.length; i += 1) {
        x[i] += dt * drift[i].evaluate(values) + Math.sqrt(dt * variance[i].evaluate(values)) * stream.normal();
      }
    }
  };
}

const VALUES = {
  floor_share: 0.15,
  initial_decay: 0.01,
  curvature: 1,
  noise_share: 0.1,
  forgetting: 0.03,
  observation_deviation: 0.02,
  slow_process_deviation: 0.06,
};

describe.each(Object.values(CLOSURES) as Closure[])('$name: the equations and the filter are one law', (closure) => {
  test('means and variances of the logarithms after 60 updates', async () => {
    const spec = closure.filter(VALUES, SCALES);
    const filter = closure.recursion(spec);
    const rates = Array.from({ length: 60 }, (_, k) => (k % 20 < 15 ? 0.8 : 0.2));
    const start = filter.init();
    let law = { mean: start.mean, covariance: start.covariance.map(() => 0) };
    for (const u of rates) law = { ...filter.predict(law, u) } as typeof law;
    const step = await sdeStep(closure, spec.parameters);
    const paths = 800;
    const logs = Array.from({ length: paths }, (_, i) => {
      const stream = randomStream(11, `path/${i}`);
      const x = Float64Array.from(start.mean, Math.exp);
      for (const u of rates) step(x, u, stream);
      return Array.from(x, Math.log);
    });
    law.mean.forEach((expected, d) => {
      const values = logs.map((row) => row[d]);
      const mean = values.reduce((sum, value) => sum + value, 0) / paths;
      const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / paths;
      const P = law.covariance[d * law.mean.length + d];
      within(mean, expected, {
        abs: 3 * Math.sqrt(P / paths) + 0.015,
        because: "three standard errors, and the filter's linearisation; without Ito's term .08 more in ln S",
      });
      within(variance, P, { rel: 0.2, because: '800 paths: three standard errors are 15 %, and linearisation' });
    });
  });
});

describe('the SDE of slow_noise_memory simulated, fitted, recovered', () => {
  test('noise, its memory, the process deviation and the drift where the runs have been', async () => {
    const closure = CLOSURES.slow_noise_memory as Closure;
    const truth = {
      ...VALUES,
      initial_decay: 0.3,
      curvature: 2.5,
      noise_share: 0.2,
      forgetting: 0.3,
      slow_process_deviation: 0.03,
    };
    const spec = closure.filter(truth, SCALES);
    const step = await sdeStep(closure, spec.parameters);
    const { floor } = spec.parameters;
    const runs = Array.from({ length: 8 }, (_, i): PilotRun => {
      const [walk, seen] = [randomStream(3, `walk/${i}`), randomStream(3, `seen/${i}`)];
      const x = Float64Array.from(spec.initial.mean, Math.exp);
      const rates = Float64Array.from({ length: 60 }, (_, k) => (Math.floor(k / 12) % 2 === i % 2 ? 0.8 : 0.08));
      const losses = rates.map((u) => {
        const loss = (floor + x[0] + x[1]) * (1 + truth.observation_deviation * seen.normal());
        step(x, u, walk);
        return loss;
      });
      return { id: `run-${i}`, rates, losses };
    });
    const scales = { ...SCALES, firstLoss: runs.reduce((sum, run) => sum + run.losses[0], 0) / runs.length };
    const fitted = valuesOf(closure, fitClosure(closure, scales, runs));
    const recovered = closure.filter(fitted, scales).parameters;
    const because = '480 losses of 2 % noise: about twice the spread over ten simulated pilots';
    within(
      recovered['noise_gain'] / recovered['memory_rate'],
      spec.parameters['noise_gain'] / spec.parameters['memory_rate'],
      { rel: 0.35, because },
    );
    within(fitted['slow_process_deviation'], truth.slow_process_deviation, { rel: 0.5, because });
    within(fitted['observation_deviation'], truth.observation_deviation, { rel: 0.15, because });
    within(closure.fall(recovered, 1.5), closure.fall(spec.parameters, 1.5), { rel: 0.25, because });
    expect(Object.values(recovered).every(Number.isFinite)).toBe(true);
  });
});
