import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { ClosureFit, Coefficients } from '../../artifacts/coefficients/coefficients.js';
import { solverSchema } from '../../artifacts/experiment/experiment.js';
import { readArtifact, writeArtifact } from '../../artifacts/files.js';
import type { Policy } from '../../artifacts/policy/policy.js';
import type { Solution } from '../../artifacts/solution/solution.js';
import { EXIT_CODES } from '../../errors.js';
import { TOOL, TOOL_VERSION } from '../../version.js';
import { solveHjb, type HjbSolution } from '../../../solvers/index.js';
import type { SolveStageOptions } from './declaration.js';
import { closureProblem } from '../control-problem.js';
import { fallbackPolicy, feedbackPolicy } from '../policy-file.js';

/** Time levels that the files keep: all of the last ones, and a few before them. */
const LAST_LEVELS = 24;
const EARLIER_LEVELS = 16;

export interface Synthesis {
  readonly policy: Policy;
  /** null where no closure was selected. */
  readonly solution: Solution | null;
  /** Name of the closure that the policy follows, or `wsd`. */
  readonly followed: string;
}

/** `hjb-lr solve COEFFICIENTS`: coefficients.json -> solution.json and policy.json. */
export async function solveStage(options: SolveStageOptions) {
  const { coefficientsPath, experimentPath, out } = options;
  const experiment = experimentPath === undefined ? null : await readArtifact('experiment', experimentPath);
  const solver = experiment?.solver ?? solverSchema.parse({});
  const { coefficients, policy, solution, followed, artifacts } = await solveFile(coefficientsPath, solver, out);
  options.onProgress?.({ stage: 'solve', done: 1, total: 1 });
  const converged = solution === null || solution.status === 'converged';
  return {
    artifacts,
    summary: [
      solution === null
        ? `no closure was selected${because(coefficients)}: WSD at the pilot peak`
        : `${followed}: ${solution.status}; ${solution.remedy}`,
    ],
    result: { followed, status: solution?.status ?? null, policy_id: policy.policy_id },
    exitCode: converged ? EXIT_CODES.ok : EXIT_CODES.not_converged,
  };
}

/** coefficients.json -> solution.json, where a closure was selected, and policy.json in the folder `out`. */
export async function solveFile(coefficientsPath: string, solver: SolverOptions, out: string) {
  const coefficients = await readArtifact('coefficients', coefficientsPath);
  const synthesis = await synthesize(coefficients, solver);
  return { coefficients, ...synthesis, artifacts: await writeSynthesis(out, synthesis) };
}

function because({ unfitted }: Coefficients): string {
  return unfitted === undefined ? '' : ` (${unfitted})`;
}

/** Solves the selected closure's control problem and makes the policy; WSD at the peak where none was selected. */
export async function synthesize(coefficients: Coefficients, solver: SolverOptions): Promise<Synthesis> {
  const closure = coefficients.closures.find(({ name }) => name === coefficients.selected);
  if (closure === undefined) return { policy: fallbackPolicy(coefficients), solution: null, followed: 'wsd' };
  const problem = await closureProblem(closure, coefficients, solver);
  const solved = solveHjb(problem, {
    tolerance: solver.tolerance,
    maximumPolicyIterations: solver.maximum_policy_iterations,
    keep: keptTimes(problem.times),
  });
  const solution = solutionFile(coefficients, closure, problem, solved);
  if (solved.status === 'non_finite') return { policy: fallbackPolicy(coefficients), solution, followed: 'wsd' };
  return { policy: feedbackPolicy(coefficients, closure, solution), solution, followed: closure.name };
}

/** Writes both files; beside a policy that follows no solution, an older one would be another policy's. */
async function writeSynthesis(out: string, { policy, solution }: Synthesis): Promise<string[]> {
  const policyFile = path.join(out, 'policy.json');
  const solutionFile = path.join(out, 'solution.json');
  if (solution !== null) await writeArtifact('solution', solutionFile, solution);
  await writeArtifact('policy', policyFile, policy);
  if (solution === null) await rm(solutionFile, { force: true });
  return solution === null ? [policyFile] : [solutionFile, policyFile];
}

type SolverOptions = ReturnType<typeof solverSchema.parse>;
type Problem = Awaited<ReturnType<typeof closureProblem>>;

/** The last levels one by one, where the rate falls, and evenly spread indices before them. */
function keptTimes(times: readonly number[]): number[] {
  const last = times.length - 1;
  const dense = Math.min(LAST_LEVELS, last);
  const spread = Array.from({ length: EARLIER_LEVELS + 1 }, (_, i) =>
    Math.round((i * (last - dense)) / EARLIER_LEVELS),
  );
  const indices = new Set([...spread, ...Array.from({ length: dense }, (_, i) => last - dense + 1 + i)]);
  return [...indices].map((i) => times[i]);
}

function solutionFile(
  coefficients: Coefficients,
  closure: ClosureFit,
  problem: Problem,
  solved: HjbSolution,
): Solution {
  return {
    kind: 'solution',
    schema_version: '1.0.0',
    name: coefficients.name,
    closure: closure.name,
    axes: problem.states.map(({ name, grid, coordinate }) => ({ name, grid: [...grid], coordinate })),
    times: [...solved.times],
    value: solved.value.map(rounded),
    control: solved.control.map(rounded),
    status: solved.status,
    remedy: solved.remedy,
    residual: Number.isFinite(solved.residual) ? solved.residual : Number.MAX_VALUE,
    policy_iterations: solved.policyIterations,
    monotone: { space: solved.monotone.space, first_offender: solved.monotone.firstOffender },
    steps: problem.times.length - 1,
    provenance: { tool: TOOL, tool_version: TOOL_VERSION },
  };
}

function rounded(values: Float64Array): (number | null)[] {
  return Array.from(values, (value) => (Number.isFinite(value) ? Number(value.toPrecision(8)) : null));
}
