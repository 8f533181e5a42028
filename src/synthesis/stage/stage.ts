import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { ClosureFit, Coefficients } from '../../artifacts/coefficients/coefficients.js';
import { solverSchema } from '../../artifacts/experiment/experiment.js';
import { readArtifact, writeArtifact } from '../../artifacts/files.js';
import type { Decision } from '../../artifacts/policy/decision.js';
import type { Policy } from '../../artifacts/policy/policy.js';
import type { Solution } from '../../artifacts/solution/solution.js';
import { EXIT_CODES } from '../../errors.js';
import { TOOL, TOOL_VERSION } from '../../version.js';
import { solveHjb, type HjbSolution } from '../../../solvers/index.js';
import type { SolveStageOptions } from './declaration.js';
import { closureProblem } from '../control-problem.js';
import { decide, undecided, type Decided, type SolvedClosure } from '../decision/decide.js';
import { feedbackPolicy, openLoopPolicy, withDecision, wsdPolicy } from '../policy-file.js';

/** Time levels that the files keep: all of the last ones, and a few before them. */
const LAST_LEVELS = 24;
const EARLIER_LEVELS = 16;

export interface Synthesis {
  /** Guarded: its null, WSD at the peak, unless a schedule beats that under the posterior. */
  readonly policy: Policy;
  /** Unguarded: the solver's policy of the selected closure; WSD at the peak where there is none. */
  readonly hjb: Policy;
  /** null where no closure was selected. */
  readonly solution: Solution | null;
  /** Name of the closure that the unguarded policy follows, or `wsd`. */
  readonly followed: string;
  readonly decision: Decision;
}

/** `hjb-lr solve COEFFICIENTS`: coefficients.json -> solution.json, policy.json and policy-hjb.json. */
export async function solveStage(options: SolveStageOptions) {
  const { coefficientsPath, experimentPath, out } = options;
  const experiment = experimentPath === undefined ? null : await readArtifact('experiment', experimentPath);
  const solver = experiment?.solver ?? solverSchema.parse({});
  const { coefficients, policy, solution, followed, decision, artifacts } = await solveFile(
    coefficientsPath,
    solver,
    out,
  );
  options.onProgress?.({ stage: 'solve', done: 1, total: 1 });
  const converged = solution === null || solution.status === 'converged';
  return {
    artifacts,
    summary: [
      solution === null
        ? `no closure was selected${because(coefficients)}: WSD at the pilot peak`
        : `${followed}: ${solution.status}; ${solution.remedy}`,
      `policy: sgd (policy.json): ${decision.reason}`,
      ...(solution === null ? [] : [`policy: hjb (policy-hjb.json): the HJB policy of ${followed}, unguarded`]),
    ],
    result: { followed, status: solution?.status ?? null, policy_id: policy.policy_id, decision },
    exitCode: converged ? EXIT_CODES.ok : EXIT_CODES.not_converged,
  };
}

/** coefficients.json -> solution.json, where a closure was selected, and both policies in the folder `out`. */
export async function solveFile(coefficientsPath: string, solver: SolverOptions, out: string) {
  const coefficients = await readArtifact('coefficients', coefficientsPath);
  const synthesis = await synthesize(coefficients, solver);
  return { coefficients, ...synthesis, artifacts: await writeSynthesis(out, synthesis) };
}

function because({ unfitted }: Coefficients): string {
  return unfitted === undefined ? '' : ` (${unfitted})`;
}

/**
 * Solves the selected closure's control problem and makes both policies: the solver's own, and the guarded one, which is
 * decided under the posterior. Both are WSD at the peak where no closure was selected.
 */
export async function synthesize(coefficients: Coefficients, solver: SolverOptions): Promise<Synthesis> {
  const closure = coefficients.closures.find(({ name }) => name === coefficients.selected);
  if (closure === undefined) return withoutClosure(coefficients, null);
  const problem = await closureProblem(closure, coefficients, solver);
  const solved = solveHjb(problem, {
    tolerance: solver.tolerance,
    maximumPolicyIterations: solver.maximum_policy_iterations,
    keep: keptTimes(problem.times),
  });
  const solution = solutionFile(coefficients, closure, problem, solved);
  if (solved.status === 'non_finite') return withoutClosure(coefficients, solution);
  const hjb = feedbackPolicy(coefficients, closure, solution);
  const decided = guardedDecision(coefficients, { fit: closure, hjb });
  const policy = await guardedPolicy(coefficients, hjb, decided);
  return { policy, hjb, solution, followed: closure.name, decision: decided.decision };
}

/** Without a closure to solve for: models that no policy follows may still compare schedules. */
async function withoutClosure(coefficients: Coefficients, solution: Solution | null): Promise<Synthesis> {
  const hjb = await wsdPolicy(coefficients);
  const decided = guardedDecision(coefficients, null);
  return {
    policy: await guardedPolicy(coefficients, hjb, decided),
    hjb,
    solution,
    followed: 'wsd',
    decision: decided.decision,
  };
}

/** Where the pilot does not show what is decided, no model is asked. */
function guardedDecision(coefficients: Coefficients, solved: SolvedClosure | null): Decided {
  const { unfitted, not_identified } = coefficients;
  const why = unfitted ?? not_identified ?? null;
  if (why === null) return decide(coefficients, solved);
  return undecided(`${why} The policy is WSD at the peak.`, unfitted === undefined ? 'identified' : 'fitted');
}

async function guardedPolicy(coefficients: Coefficients, hjb: Policy, decided: Decided): Promise<Policy> {
  const { decision, openLoop } = decided;
  if (decision.followed === 'feedback') return withDecision(hjb, decision);
  return openLoop === null ? wsdPolicy(coefficients, decision) : openLoopPolicy(coefficients, openLoop, decision);
}

/** Writes the files; beside a policy that follows no solution, an older one would be another policy's. */
async function writeSynthesis(out: string, { policy, hjb, solution }: Synthesis): Promise<string[]> {
  const [policyFile, hjbFile] = ['policy.json', 'policy-hjb.json'].map((name) => path.join(out, name));
  const solutionFile = path.join(out, 'solution.json');
  if (solution !== null) await writeArtifact('solution', solutionFile, solution);
  await writeArtifact('policy', hjbFile, hjb);
  await writeArtifact('policy', policyFile, policy);
  if (solution === null) await rm(solutionFile, { force: true });
  return [...(solution === null ? [] : [solutionFile]), hjbFile, policyFile];
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
