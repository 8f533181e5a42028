import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { dealtElements } from '../../src/execution/engines/elements.js';
import { manifestBuilder, type ManifestBuilder } from '../../src/execution/manifest/builder.js';
import { allTasks, openManifest, writeManifest } from '../../src/execution/manifest/manifest.js';
import { benchmarkFile } from '../file.js';
import { machineText, thisMachine } from '../machine.js';
import { simulate, type SimulatedRun } from './engine.js';

const [WORKLOADS, SEEDS, TUNING_SEEDS] = [200, 20, 2];
/** 30 methods: tuned ones of six settings, ones that need nothing, at a reading, and of the pilot. */
const METHODS = { tuned: 12, plain: 11, reading: 3, pilot: 4 };
const SETTINGS = 6;
const RUN_SECONDS = 120;
const SCORE_SECONDS = 15;
const PILOT_SECONDS = 40;

/** The tasks of one workload, as `planStudy` lays them out. */
function addWorkload(builder: ManifestBuilder, w: number): number {
  let runs = 0;
  const add = (kind: string, name: string, needs: readonly number[], cost: number): number => {
    const input = { record: `workload-${w}@1`, name };
    return builder.add({
      kind,
      label: `workload-${w}@1 ${kind} ${name}`,
      input,
      content: { w, ...input },
      needs,
      cost,
    });
  };
  const trained = (name: string, needs: readonly number[]): number =>
    add('score', name, [add('train', name, needs, RUN_SECONDS)], SCORE_SECONDS);
  const seeds = Array.from({ length: SEEDS }, (_, seed) => seed);
  for (let m = 0; m < METHODS.tuned; m += 1) {
    const scores = Array.from({ length: SETTINGS * TUNING_SEEDS }, (_, i) => trained(`tuned-${m}/tuning-${i}`, []));
    const select = add('select', `tuned-${m}`, scores, 0);
    for (const seed of seeds) runs += Number(trained(`tuned-${m}/${seed}`, [select]) >= 0);
  }
  for (const seed of seeds) {
    for (let m = 0; m < METHODS.plain; m += 1) runs += Number(trained(`plain-${m}/${seed}`, []) >= 0);
    const reading = add('pilot', `reading/${seed}`, [], PILOT_SECONDS / 4);
    for (let m = 0; m < METHODS.reading; m += 1) runs += Number(trained(`reading-${m}/${seed}`, [reading]) >= 0);
    const pilot = add('pilot', `identification/${seed}`, [], PILOT_SECONDS);
    const solve = add('solve', `${seed}`, [add('estimate', `${seed}`, [pilot], 5)], 5);
    for (let m = 0; m < METHODS.pilot; m += 1) runs += Number(trained(`pilot-${m}/${seed}`, [solve]) >= 0);
  }
  return runs;
}

interface Row {
  readonly name: string;
  readonly run: SimulatedRun;
}

/** Builds the manifest of 120,000 runs, measures it, and runs it on a simulated cluster: `node dist/benchmarks/scale/study.js`. */
async function study(): Promise<void> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'hjb-lr-scale-'));
  const clock = (): number => performance.now();
  let at = clock();
  const lap = (): number => {
    const seconds = (clock() - at) / 1000;
    at = clock();
    return seconds;
  };
  const builder = manifestBuilder('scale');
  const runs = Array.from({ length: WORKLOADS }, (_, w) => addWorkload(builder, w)).reduce((sum, n) => sum + n, 0);
  const manifest = builder.build({});
  const built = lap();
  await writeManifest(folder, manifest);
  const written = lap();
  const open = await openManifest(folder);
  const opened = lap();
  allTasks(open);
  const parsed = lap();
  const bytes = statSync(path.join(folder, 'tasks.jsonl')).size;
  rmSync(folder, { recursive: true });

  const model = { workers: 1000, failuresPerHour: 0.05, stragglers: 0.01, slowdown: 8, startSeconds: 10, seed: 1 };
  const rows: Row[] = [];
  for (const count of [1000, 5000, 10000, 20000]) {
    const elements = dealtElements(open, count).map(({ tasks }) => tasks.map((i) => manifest.tasks[i].cost));
    rows.push({ name: `${count} elements`, run: simulate(elements, model) });
  }
  const total = manifest.tasks.length;
  const dealt = lap();
  const lost = rows.filter(({ run }) => run.done !== total).length;
  const text = [
    '# A study of 120,000 runs, simulated',
    '',
    `Written by \`node dist/benchmarks/scale/study.js\` (after \`npm run build:benchmarks\`); ${machineText(thisMachine())}.`,
    '',
    `${WORKLOADS} workloads x 30 methods x ${SEEDS} seeds: ${runs} reported runs, ${total} tasks in ${manifest.header.lanes} lanes, ${manifest.header.depth} deep.`,
    `Manifest: ${(bytes / 1e6).toFixed(1)} MB (${Math.round(bytes / total)} bytes a task); built in ${built.toFixed(1)} s, written in ${written.toFixed(1)} s, opened in ${opened.toFixed(2)} s, all tasks parsed in ${parsed.toFixed(1)} s; dealt and simulated four times in ${dealt.toFixed(0)} s.`,
    '',
    `Cluster: ${model.workers} workers, ${model.failuresPerHour} failures a worker and hour, ${100 * model.stragglers} % of the tasks ${model.slowdown} times as long, ${model.startSeconds} s to start an element; a run takes ${RUN_SECONDS} s, a score ${SCORE_SECONDS} s. Tasks lost: ${lost === 0 ? 'none' : lost}.`,
    '',
    '| elements | queue empty after | end after | busy until the queue is empty | busy until the end | failures | tasks done |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...rows.map(
      ({ name, run }) =>
        `| ${name} | ${run.queueEmpty.toFixed(2)} h | ${run.end.toFixed(2)} h | ${(100 * run.busyUntilEmpty).toFixed(1)} % | ${(100 * run.busyUntilEnd).toFixed(1)} % | ${run.failures} | ${run.done} |`,
    ),
    '',
  ].join('\n');
  writeFileSync(benchmarkFile('scale/simulation.md'), text);
  process.stdout.write(text);
}

await study();
