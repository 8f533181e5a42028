import type { Answer, SolveOptions } from '../../solvers/answer/answer.js';
import type { ControlProblem } from '../../solvers/problem/control-problem.js';
import type { ProblemSolvers } from '../../src/synthesis/problem-file/solvers.js';

/** An answer with made-up numbers of the right shape: value = node index + level, control = 0.5 everywhere. */
export function madeUpAnswer(problem: ControlProblem, { query = [], keep }: Partial<SolveOptions>): Answer {
  const nodes = problem.states.reduce((product, { grid }) => product * grid.length, 1);
  const last = problem.times.at(-1) ?? 0;
  const kept =
    keep === 'all' ? problem.times : typeof keep === 'number' ? problem.times.filter((_, i) => i % keep === 0) : [0];
  const controls = Object.fromEntries(problem.controls.map(({ name }) => [name, 0.5]));
  const errors = Object.fromEntries(problem.controls.map(({ name }) => [name, 0.01]));
  const inside = query.map(({ t, x }) =>
    [t >= 0 && t <= last, ...problem.states.map(({ grid }, i) => x[i] >= grid[0] && x[i] <= grid.at(-1)!)].every(
      Boolean,
    ),
  );
  return {
    status: 'converged',
    remedy: '',
    values: inside.map((within) => (within ? 1.23456789012 : null)),
    controls: inside.map((within) => (within ? controls : null)),
    inside,
    errorEstimates: {
      values: inside.map((within) => (within ? 0.00123 : null)),
      controls: inside.map((within) => (within ? errors : null)),
    },
    observedOrder: 1.987,
    monotone: { space: true, time: false, firstOffender: null },
    monotoneValues: inside.map((within) => (within ? 1.25 : null)),
    truncation: null,
    warnings: [],
    policyIterations: { mean: 2.125, max: 5 },
    residual: 1.5e-12,
    kernel: 'typescript',
    seconds: 0.25,
    fallback: null,
    problem,
    solution: {
      status: 'converged',
      remedy: '',
      times: kept,
      value: kept.map((_, level) => Float64Array.from({ length: nodes }, (__, node) => node + level)),
      control: kept.map(() => new Float64Array(nodes * problem.controls.length).fill(0.5)),
      residual: 1.5e-12,
      policyIterations: { mean: 2.125, max: 5 },
      monotone: { space: true, firstOffender: null },
      kernel: 'typescript',
    },
  };
}

export const MADE_UP_SOLVERS: ProblemSolvers = {
  solve: madeUpAnswer,
  density: (problem, { times, value }, start) => ({
    remedy: 'Nothing to do.',
    status: 'converged',
    times,
    density: value,
    mass: 0.75,
    absorbed: 0.25,
    mean: start,
    standardDeviation: problem.states.map(() => 0.5),
    errors: {
      mass: 0.01,
      absorbed: 0.01,
      mean: start.map(() => 0.01),
      standardDeviation: start.map(() => 0.01),
    },
  }),
  simulate: (_problem, _solution, _start, paths, seed) => ({
    cost: 2 + seed,
    standardError: 1 / Math.sqrt(paths),
    stepBias: 0.25,
    value: 2,
    scenario: null,
    left: 0,
    mean: [2],
    standardDeviation: [0.5],
    warnings: [],
  }),
};
