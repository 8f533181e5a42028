import path from 'node:path';
import { InvalidArgumentError, type Command } from 'commander';
import { HjbLrError } from '../../errors.js';
import { inWorker, type CommandContext } from '../context.js';
import { outOption, required, seedOption } from '../options.js';
import { commandLineOf } from '../shell.js';
import type { CommandResult } from '../stages.js';

export const configure = (command: Command): Command =>
  command
    .description(
      'the HJB equation by finite differences: of the estimated SDE -> solution.json, policy.json; or of a control ' +
        'problem of one to three states written as expressions -> value, controls and their errors',
    )
    .argument('<file>', 'coefficients.json, or a file of kind control_problem')
    .addOption(outOption())
    .option('--experiment <file>', 'coefficients: experiment.json whose solver options apply')
    .option('--html', 'problem: also a page with value and policy, solution.html')
    .option('--density', 'problem: where the state is under the policy, from the "start" of the file')
    .option('--simulate <paths>', 'problem: Monte Carlo of the closed loop, from the "start" of the file', parsePaths)
    .addOption(seedOption('problem: seed of the simulation; 0 by default'));

interface SolveFlags {
  readonly experiment?: string;
  readonly out?: string;
  readonly html?: boolean;
  readonly density?: boolean;
  readonly simulate?: number;
  readonly seed?: number;
}

function parsePaths(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 2 && value <= 1e9) return value;
  throw new InvalidArgumentError('It must be 2, 3, ...');
}

/** The file's `kind` tells what is solved. */
export async function run(file: string, flags: SolveFlags, context: CommandContext): Promise<CommandResult> {
  const { readJson } = await import('../../filesystem.js');
  const kind = ((await readJson(file)) as { kind?: unknown } | null)?.kind;
  if (kind === 'control_problem') return solveProblem(file, flags, context);
  if (kind === 'coefficients') return solveCoefficients(file, flags, context);
  throw new HjbLrError('E_KIND', `${file} is neither coefficients nor a control problem.`, {
    remedy: 'Give a file of kind "coefficients" (from `hjb-lr estimate`) or "control_problem".',
    issues: [{ path: 'kind', message: 'expected "coefficients" or "control_problem"' }],
    fields: { file, found: kind },
  });
}

async function solveProblem(problemPath: string, flags: SolveFlags, context: CommandContext): Promise<CommandResult> {
  const { out, html = false, density = false, simulate, seed = 0 } = flags;
  if (html) required(out, '--out FOLDER');
  if (flags.experiment !== undefined) {
    throw new HjbLrError('E_USAGE', '--experiment belongs to coefficients, not to a control problem.', {
      remedy: 'Leave it out: the solver options of a control problem are in its file.',
    });
  }
  const options = { problemPath, out, html, density, simulate, seed };
  return inWorker('../report/problem-page.js', 'problemStage', options, context);
}

async function solveCoefficients(
  coefficientsPath: string,
  flags: SolveFlags,
  context: CommandContext,
): Promise<CommandResult> {
  const foreign = (['html', 'density', 'simulate', 'seed'] as const).filter((flag) => flags[flag] !== undefined);
  if (foreign.length > 0) {
    throw new HjbLrError('E_USAGE', `--${foreign.join(', --')} belong to a control problem, not to coefficients.`, {
      remedy: 'Leave them out, or give a file of kind "control_problem".',
    });
  }
  const out = required(flags.out, '--out FOLDER');
  const options = { coefficientsPath, experimentPath: flags.experiment, out };
  const done = await inWorker('../synthesis/stage.js', 'solveStage', options, context);
  return {
    next: commandLineOf(
      'train',
      flags.experiment ?? 'EXPERIMENT',
      '--policy',
      path.join(out, 'policy.json'),
      '--out',
      out,
    ),
    ...done,
  };
}
