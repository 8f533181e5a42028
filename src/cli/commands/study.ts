import { fileURLToPath } from 'node:url';
import path from 'node:path';
import { choice, count, text, toggle, type ValuesOf } from '../../execution/stage-options.js';
import type { OpenManifest } from '../../execution/manifest/manifest.js';
import { runStage } from '../../execution/stage.js';
import { requireGiven, type CommandResult } from '../command.js';
import type { CommandContext } from '../context.js';
import { STUDY } from '../stages.js';

/** Where the tasks of a study run. */
export const engineOptions = {
  on: choice(['local', 'slurm', 'kubernetes'], 'of a study: where its tasks run', { default: 'local' }),
  partition: text('<name>', 'of --on slurm: the partition'),
  time: text('<limit>', 'of --on slurm: the time limit of a job, as sbatch takes it'),
  elements: count('of --on slurm and kubernetes: elements of an array at most', { least: 1 }),
  throttle: count('of --on slurm and kubernetes: elements that run at the same time at most', { least: 1 }),
  image: text('<name>', 'of --on kubernetes: the image that holds hjb-lr'),
  claim: text('<name>', 'of --on kubernetes: the volume claim that holds the folder of the study'),
  printScript: toggle('of --on slurm and kubernetes: print what would be submitted, and stop'),
};

/** Elements of an array where MaxArraySize is what it usually is. */
const USUAL_ARRAY = 1000;

type Given = ValuesOf<typeof engineOptions> & {
  readonly out?: string | undefined;
  readonly engine: (typeof STUDY.options.engine)['valueType'];
  readonly workers: number;
  readonly fresh?: boolean | undefined;
  readonly dryRun?: boolean | undefined;
};

/** `hjb-lr benchmark` of a study file. */
export async function runStudy(studyPath: string, given: Given, context: CommandContext): Promise<CommandResult> {
  const engine = given.engine ?? 'auto';
  if (given.dryRun === true) return declare(studyPath, { engine, workers: given.workers });
  const out = requireGiven(given.out, '--out FOLDER');
  if (given.on === 'local') {
    const done = await runStage(
      STUDY,
      { studyPath, out, engine, workers: given.workers, fresh: given.fresh === true },
      context,
    );
    return { ...done, next: `cat ${path.join(out, 'study.md')}` };
  }
  const { writeStudy } = await import('../../study/folder.js');
  const { study, manifest } = await writeStudy(studyPath, {
    out,
    engine,
    fresh: given.fresh === true,
    commandLine: context.commandLine,
  });
  return given.on === 'slurm'
    ? onSlurm(study.name, out, manifest, given)
    : onKubernetes(study.name, out, manifest, given);
}

async function onSlurm(name: string, out: string, manifest: OpenManifest, given: Given): Promise<CommandResult> {
  const { slurmScripts, submitSlurm, writeScripts } = await import('../../execution/engines/slurm/submit.js');
  const { partition, time, throttle, elements, printScript } = given;
  const folder = path.resolve(out);
  const tool = [process.execPath, fileURLToPath(new URL('../main.js', import.meta.url))];
  const options = {
    ...{ name: jobName(name), partition, time, throttle, elements },
    task: [...tool, 'task', folder, '--quiet'],
    collect: [...tool, 'collect', folder, '--quiet'],
  };
  if (printScript === true) {
    const dealt = Math.min(elements ?? USUAL_ARRAY, manifest.header.lanes);
    const scripts = await writeScripts(
      folder,
      slurmScripts(folder, manifest, { ...options, elements: dealt, largest: USUAL_ARRAY }),
    );
    return {
      artifacts: scripts.map(({ file }) => file),
      summary: scripts.flatMap(({ file, text: script }) => [`# ${file}`, script]),
      result: { scripts: scripts.map(({ file }) => file) },
    };
  }
  const { jobs, elements: dealt } = await submitSlurm(folder, manifest, options);
  return {
    artifacts: [],
    summary: jobs.map(({ depth, job }) => `job ${job}: ${depth === null ? 'collects' : `depth ${depth}`}`),
    result: { elements: dealt, jobs: jobs.map(({ depth, job }) => ({ depth, job })) },
    next: `hjb-lr status ${out}`,
  };
}

async function onKubernetes(name: string, out: string, manifest: OpenManifest, given: Given): Promise<CommandResult> {
  const { indexedJobs } = await import('../../execution/engines/kubernetes.js');
  const yaml = await indexedJobs({
    name: jobName(name),
    image: requireGiven(given.image, '--image NAME'),
    claim: requireGiven(given.claim, '--claim NAME'),
    folder: path.basename(path.resolve(out)),
    elements: Math.min(given.elements ?? 1000, manifest.header.lanes),
    throttle: given.throttle,
  });
  return { artifacts: [], summary: [yaml.trimEnd()], result: { yaml } };
}

/** A name that clusters take: lower case, digits and dashes, 40 characters at most. */
function jobName(name: string): string {
  const plain = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  return `hjb-lr-${plain.slice(0, 32).replace(/-+$/, '')}`;
}

/** What a study will take, before it runs. */
async function declare(
  studyPath: string,
  machine: { readonly engine: 'auto' | 'native' | 'fused' | 'tfjs'; readonly workers: number },
): Promise<CommandResult> {
  const { declareStudy } = await import('../../study/declare.js');
  const plan = await declareStudy(studyPath, machine);
  const kinds = Object.entries(plan.tasks).map(([kind, number]) => `${number} ${kind}`);
  return {
    artifacts: [],
    summary: [
      `${plan.total} tasks: ${kinds.join(', ')}`,
      ...plan.workloads.map(({ name, runs, hours }) => `${name}: ${runs} runs, ${hours.toFixed(2)} core-hours`),
      `${plan.core_hours.toFixed(2)} core-hours, about ${Math.ceil(plan.minutes)} minutes on this machine`,
    ],
    result: { ...plan, tasks: { ...plan.tasks }, workloads: plan.workloads.map((one) => ({ ...one })) },
  };
}
