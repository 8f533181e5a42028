import path from 'node:path';
import { HjbLrError } from '../../errors.js';
import { argument, text, toggle, type ValuesOf } from '../../execution/stage-options.js';
import { defineCommand, withPage, type CommandResult } from '../command.js';
import { inWorker, type CommandContext } from '../context.js';
import { defaultFolder } from '../default-folder.js';
import { commandLineOf } from '../shell.js';
import { PROBLEM_PAGE, SOLVE, SOLVE_PROBLEM } from '../stages.js';

const input = { file: argument('<file>', 'coefficients.json, or a file of kind control_problem') };

const options = {
  out: text('<folder>', 'folder for the files; for coefficients their own by default, for --html runs/NAME'),
  experimentPath: SOLVE.options.experimentPath,
  html: toggle('problem: also a page with value and policy, solution.html'),
  density: SOLVE_PROBLEM.options.density,
  simulate: SOLVE_PROBLEM.options.simulate,
  seed: SOLVE_PROBLEM.options.seed,
};

type Given = ValuesOf<typeof input> & ValuesOf<typeof options>;

/** The file's `kind` tells what is solved. */
export const solve = defineCommand({
  description:
    'the HJB equation by finite differences: of the estimated SDE -> solution.json, policy.json; or of a control ' +
    'problem of one to three states written as expressions -> value, controls and their errors',
  input,
  options,
  examples: ['solve runs/a/coefficients.json', 'solve problem.json', 'solve problem.json --out runs/a --html'],
  run: async (given, context) => {
    const { readJson } = await import('../../filesystem.js');
    const kind = ((await readJson(given.file)) as { kind?: unknown } | null)?.kind;
    if (kind === 'control_problem') return solveProblem(given, context);
    if (kind === 'coefficients') return solveCoefficients(given, context);
    throw new HjbLrError('E_KIND', `${given.file} is neither coefficients nor a control problem.`, {
      remedy: 'Give a file of kind "coefficients" (from `hjb-lr estimate`) or "control_problem".',
      issues: [{ path: 'kind', message: 'expected "coefficients" or "control_problem"' }],
      fields: { file: given.file, found: kind },
    });
  },
});

async function solveProblem(given: Given, context: CommandContext): Promise<CommandResult> {
  const { file: problemPath, html, experimentPath, ...asked } = given;
  if (experimentPath !== undefined) {
    throw new HjbLrError('E_USAGE', '--experiment belongs to coefficients, not to a control problem.', {
      remedy: 'Leave it out: the solver options of a control problem are in its file.',
    });
  }
  const draw = html === true;
  const folder = draw ? (asked.out ?? defaultFolder(problemPath)) : asked.out;
  const done = await inWorker(
    SOLVE_PROBLEM,
    { ...asked, ...(folder === undefined ? {} : { out: folder }), problemPath, draw },
    context,
  );
  if (folder === undefined || !draw) return done;
  const drawn = { solutionPath: path.join(folder, 'solution.json'), out: folder };
  return withPage(done, await inWorker(PROBLEM_PAGE, drawn, context));
}

async function solveCoefficients(given: Given, context: CommandContext): Promise<CommandResult> {
  const foreign = (['html', 'density', 'simulate', 'seed'] as const).filter((flag) => given[flag] !== undefined);
  if (foreign.length > 0) {
    throw new HjbLrError('E_USAGE', `--${foreign.join(', --')} belong to a control problem, not to coefficients.`, {
      remedy: 'Leave them out, or give a file of kind "control_problem".',
    });
  }
  const { file: coefficientsPath, experimentPath } = given;
  const out = given.out ?? path.dirname(coefficientsPath);
  const done = await inWorker(SOLVE, { coefficientsPath, experimentPath, out }, context);
  const policy = path.join(out, 'policy.json');
  return { next: commandLineOf('train', experimentPath ?? 'EXPERIMENT', '--policy', policy, '--out', out), ...done };
}
