import path from 'node:path';
import type { ExperimentPlan } from '../../benchmark/plan-experiment.js';
import { optionalArgument, toggle, type ValuesOf } from '../../execution/stage-options.js';
import { runStage } from '../../execution/stage.js';
import { asJson, type Json } from '../../json.js';
import { printable } from '../printable.js';
import { defineCommand, requireGiven, type CommandResult } from '../command.js';
import type { CommandContext } from '../context.js';
import { defaultFolder, OUT_BY_DEFAULT } from '../default-folder.js';
import { commandLineOf } from '../shell.js';
import { BENCHMARK, REPORT } from '../stages.js';

/** No lines between the rows of a table. */
const NO_RULES = { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' };

/** `run` and `benchmark` share everything but what follows. */
export const runInput = { experimentPath: optionalArgument('[experiment]', 'experiment.json') };

export const runOptions = {
  out: OUT_BY_DEFAULT,
  engine: BENCHMARK.options.engine,
  workers: BENCHMARK.options.workers,
  fresh: BENCHMARK.options.fresh,
  allowOtherNode: BENCHMARK.options.allowOtherNode,
  repair: toggle('remove what is damaged in the folder first, as `hjb-lr repair` does'),
  dryRun: toggle('print the resolved options, the gradient evaluations and the minutes to expect, and stop'),
  printTemplate: toggle('print an experiment to start from, and stop'),
};

export const run = defineCommand({
  description: 'the whole line: pilot, estimate, solve, train against the baselines, report',
  input: runInput,
  options: runOptions,
  examples: ['run experiment.json', 'run experiment.json --dry-run', 'run --print-template > experiment.json'],
  run: (given, context) =>
    runWhole({ ...given, reports: true }, context, (done, out) => withReport(done, out, context)),
});

/** What `run` adds to the benchmark: the report, and its table in place of the bare verdict. */
async function withReport(done: CommandResult, out: string, context: CommandContext): Promise<CommandResult> {
  const report = await runStage(REPORT, { paths: [path.join(out, 'results.json')], out, format: 'html' }, context);
  const [table, lead] = report.summary;
  const page = report.summary.slice(-1);
  return {
    ...done,
    artifacts: [...done.artifacts, ...report.artifacts],
    summary: [table, lead, ...done.summary, ...page],
  };
}

type Given = ValuesOf<typeof runInput> & ValuesOf<typeof runOptions> & { readonly reports: boolean };

export async function runWhole(
  { dryRun, printTemplate, repair, ...given }: Given,
  context: CommandContext,
  finish: (done: CommandResult, out: string) => CommandResult | Promise<CommandResult>,
): Promise<CommandResult> {
  if (printTemplate === true) return describeTemplate();
  const experimentPath = requireGiven(given.experimentPath, 'EXPERIMENT');
  if (dryRun === true) return describePlan(experimentPath, given);
  const out = given.out ?? defaultFolder(experimentPath);
  if (repair === true) await repairFirst(out);
  const done = await runStage(BENCHMARK, { ...given, experimentPath, out }, context);
  return finish({ ...done, next: trainingWith(experimentPath, out) }, out);
}

/** The command that trains with the policy of the run. */
function trainingWith(experimentPath: string, out: string): string {
  const policy = path.join(out, 'policy.json');
  return commandLineOf(
    'train',
    experimentPath,
    '--policy',
    policy,
    '--save-weights',
    '--out',
    path.join(out, 'trained'),
  );
}

/** What is removed is told at once: what comes may take long. */
async function repairFirst(out: string): Promise<void> {
  const { repairFolder } = await import('../../training/repair/index.js');
  const { repairLines } = await import('./repair.js');
  process.stderr.write(`${repairLines(await repairFolder(out)).join('\n')}\n`);
}

async function describeTemplate(): Promise<CommandResult> {
  const { experimentTemplate } = await import('../../benchmark/template.js');
  const template = experimentTemplate();
  return { artifacts: [], summary: [await jsonText(template)], result: template };
}

async function describePlan(
  experimentPath: string,
  machine: Pick<Given, 'engine' | 'workers'>,
): Promise<CommandResult> {
  const { planExperiment } = await import('../../benchmark/plan-experiment.js');
  await noticeModule(experimentPath);
  const plan = await planExperiment(experimentPath, machine);
  const minutes = plan.minutes < 1 ? 'less than a minute' : `about ${Math.ceil(plan.minutes)} minutes`;
  return {
    artifacts: [],
    summary: [
      await jsonText(plan.resolved),
      await planTable(plan),
      `${plan.grad_evals} gradient evaluations in all, ${minutes} on this machine.`,
    ],
    result: asJson(plan),
  };
}

/** A workload module is code, and runs even where nothing is trained. */
async function noticeModule(experimentPath: string): Promise<void> {
  const { readArtifact } = await import('../../artifacts/files.js');
  const { workload } = await readArtifact('experiment', experimentPath);
  if (typeof workload === 'string')
    process.stderr.write(
      `notice: the workload is the module ${printable(workload)}: its code runs now, under --dry-run too\n`,
    );
}

async function jsonText(value: Json): Promise<string> {
  const { prettyJson } = await import('../../formats/pretty-json.js');
  return prettyJson(value).trimEnd();
}

async function planTable({ methods }: ExperimentPlan): Promise<string> {
  const { default: Table } = await import('cli-table3');
  const table = new Table({
    head: ['method', 'gradient evaluations'],
    colAligns: ['left', 'right'],
    style: { head: [], border: [] },
    chars: NO_RULES,
  });
  table.push(...methods.map(({ label, grad_evals }) => [label, grad_evals]));
  return table.toString();
}
