import path from 'node:path';
import type { Command } from 'commander';
import { prettyJson } from '../../formats/pretty-json.js';
import type { CommandContext } from '../context.js';
import { engineOption, freshOption, outOption, required, workersOption } from '../options.js';
import { loadStage, type CommandResult, type ExperimentPlan, type RunOptions } from '../stages.js';

const STAGE_MODULE = '../benchmark/stage.js';

/** No lines between the rows of a table. */
const NO_RULES = { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' };

export interface RunFlags {
  readonly out?: string;
  readonly engine: RunOptions['engine'];
  readonly workers: number;
  readonly fresh?: boolean;
  readonly dryRun?: boolean;
  readonly printTemplate?: boolean;
}

/** `run` and `benchmark` share everything but what follows. */
export function configureRun(command: Command): Command {
  return command
    .argument('[experiment]', 'experiment.json')
    .addOption(outOption())
    .addOption(engineOption())
    .addOption(workersOption())
    .addOption(freshOption())
    .option('--dry-run', 'print the resolved options, the gradient evaluations and the minutes to expect, and stop')
    .option('--print-template', 'print an experiment to start from, and stop');
}

export const configure = (command: Command): Command =>
  configureRun(command.description('the whole line: pilot, estimate, solve, train against the baselines, report'));

export function run(experiment: string | undefined, flags: RunFlags, context: CommandContext): Promise<CommandResult> {
  return runWhole(experiment, { ...flags, reports: true }, context, withReport);
}

/** What `run` adds to the benchmark: the report, and its table in place of the bare verdict. */
async function withReport(done: CommandResult, out: string): Promise<CommandResult> {
  const { reportStage } = await loadStage('../report/stage.js');
  const report = await reportStage({ resultsPath: path.join(out, 'results.json'), out });
  return { ...done, ...report, artifacts: [...done.artifacts, ...report.artifacts], result: done.result };
}

export async function runWhole(
  experiment: string | undefined,
  flags: RunFlags & { readonly reports: boolean },
  context: CommandContext,
  finish: (done: CommandResult, out: string) => CommandResult | Promise<CommandResult>,
): Promise<CommandResult> {
  const stages = await loadStage(STAGE_MODULE);
  const { engine, workers } = flags;
  if (flags.printTemplate === true) {
    const template = stages.experimentTemplate();
    return { artifacts: [], summary: [prettyJson(template).trimEnd()], result: template };
  }
  const experimentPath = required(experiment, 'EXPERIMENT');
  if (flags.dryRun === true) return describePlan(await stages.planExperiment(experimentPath, { engine, workers }));
  const out = required(flags.out, '--out FOLDER');
  const done = await stages.benchmarkStage({
    experimentPath,
    out,
    engine,
    workers,
    fresh: flags.fresh === true,
    reports: flags.reports,
    ...context,
  });
  return finish(done, out);
}

async function describePlan(plan: ExperimentPlan): Promise<CommandResult> {
  const { default: Table } = await import('cli-table3');
  const table = new Table({
    head: ['method', 'gradient evaluations'],
    colAligns: ['left', 'right'],
    style: { head: [], border: [] },
    chars: NO_RULES,
  });
  table.push(...plan.methods.map(({ label, grad_evals }) => [label, grad_evals]));
  const minutes = plan.minutes < 1 ? 'less than a minute' : `about ${Math.ceil(plan.minutes)} minutes`;
  return {
    artifacts: [],
    summary: [
      prettyJson(plan.resolved).trimEnd(),
      table.toString(),
      `${plan.grad_evals} gradient evaluations in all, ${minutes} on this machine.`,
    ],
    result: { ...plan, methods: plan.methods.map((method) => ({ ...method })) },
  };
}
