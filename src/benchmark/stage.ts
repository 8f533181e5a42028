import path from 'node:path';
import { writeArtifact } from '../artifacts/files.js';
import type { Results } from '../artifacts/results/results.js';
import { isPeakSearch } from '../artifacts/training-log/training-log.js';
import { EXIT_CODES, namingFile } from '../errors.js';
import { recordFiles } from '../execution/digests.js';
import { openRunFolder } from '../execution/run-folder.js';
import { asJson } from '../json.js';
import { modelKind, openEngine } from '../training/engines/index.js';
import { updateCost } from '../pilot/pilot.js';
import { openWorkload, resolveExperiment } from '../training/experiment-record.js';
import { runRecord } from '../training/run-record.js';
import { dataNotes } from '../workloads/index.js';
import { runBenchmark } from './benchmark.js';
import type { BenchmarkStageOptions } from './declaration.js';
import { describeHost } from './host.js';
import { requireFeasible } from './plan.js';
import { POOLED_FILES } from './pooled-policy.js';
import { takeaway } from './takeaway.js';

const BENCHMARK_FILES = ['seeds/', 'logs/', 'results.json', 'policy.json'];
const REPORT_FILE = 'report.html';

/** `hjb-lr benchmark`: policy against baselines -> results.json. The same command again goes on where it stopped. */
export async function benchmarkStage(options: BenchmarkStageOptions) {
  const { experimentPath, out, engine, workers, fresh, reports, signal, commandLine, onProgress = () => {} } = options;
  const { allowOtherNode = false } = options;
  const record = await resolveExperiment(experimentPath);
  const { experiment } = record;
  const cost = await updateCost(record);
  await namingFile(experimentPath, () => requireFeasible(experiment, cost));
  const opened = await openEngine(engine, modelKind(experiment));
  const { datasetSha256: dataset_sha256, moduleFiles } = record;
  const modules = Object.keys(moduleFiles).length === 0 ? {} : { modules: moduleFiles };
  const resolved = { experiment, engine: opened.info, build: opened.build, dataset_sha256, ...modules };
  const { continues } = await openRunFolder(out, {
    command: 'benchmark',
    options: asJson(resolved),
    record: runRecord(record, opened),
    allowOtherNode,
    fresh: fresh === true,
    rewrites: ['results.json', REPORT_FILE],
    owns: [...BENCHMARK_FILES, ...POOLED_FILES, REPORT_FILE],
    expects: reports ? [...BENCHMARK_FILES, REPORT_FILE] : BENCHMARK_FILES,
    commandLine,
  });
  const results = await runBenchmark({
    ...{ record: { ...record, continues }, out, engine, workers, signal, onProgress },
    onWritten: (files) => recordFiles(out, files),
  });
  const file = path.join(out, 'results.json');
  await writeArtifact('results', file, { ...results, host: await describeHost(commandLine) });
  await recordFiles(out, [file]);
  return {
    artifacts: [file],
    summary: [
      ...dataNotes((await openWorkload(record)).dataset),
      ...results.verdict.sentences,
      ...takeaway(results, out),
    ],
    result: { won: results.verdict.won, best_fixed: results.best_fixed },
    exitCode: isWhole(results) ? EXIT_CODES.ok : EXIT_CODES.not_converged,
  };
}

/**
 * Whether every seed's pilot and solver came to their end; a policy that loses is whole, and so is a seed whose pilot had no
 * budget for more than its peak.
 */
function isWhole({ seeds, failed_seeds }: Results): boolean {
  const converged = (seed: Results['seeds'][number]): boolean =>
    (seed.coefficients.unfitted === undefined || seed.coefficients.provenance.pilot_runs.every(isPeakSearch)) &&
    (seed.solution === null || seed.solution.status === 'converged');
  return failed_seeds.length === 0 && seeds.every(converged);
}
