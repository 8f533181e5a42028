import path from 'node:path';
import { benchmarkStage } from '../../src/benchmark/stage.js';
import { estimateStage } from '../../src/estimation/stage.js';
import { pilotStage } from '../../src/pilot/stage.js';
import { reportStage } from '../../src/report/stage/stage.js';
import { solveStage } from '../../src/synthesis/stage/stage.js';
import { trainStage } from '../../src/training/stage/stage.js';

const ENGINE = 'fused';

/** Every stage on one experiment, in this process, each from the files of those before it. */
export async function walk(experimentPath: string, out: string): Promise<void> {
  const pilot = path.join(out, 'pilot');
  await pilotStage({ experimentPath, out: pilot, engine: ENGINE, workers: 0 });
  await estimateStage({ trajectories: [path.join(pilot, 'trajectories')], experimentPath, out });
  await solveStage({ coefficientsPath: path.join(out, 'coefficients.json'), experimentPath, out });
  await trainStage({
    experimentPath,
    policyPath: path.join(out, 'policy-hjb.json'),
    out: path.join(out, 'train'),
    engine: ENGINE,
  });
  const benchmark = path.join(out, 'benchmark');
  await benchmarkStage({ experimentPath, out: benchmark, engine: ENGINE, workers: 0, fresh: false, reports: false });
  await reportStage({ paths: [path.join(benchmark, 'results.json')], out, format: 'html' });
}
