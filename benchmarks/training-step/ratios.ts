import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { max, median, min } from 'simple-statistics';
import type { Answering } from '../answering.js';
import { apart, runRounds, type Spread } from '../solvers/rounds.js';
import { engineContender, pythonWithTorch, yardstick, YARDSTICK, type ContenderSpec } from './contenders.js';
import { PROBLEMS, writeProblem, type StepProblem } from './problems.js';

const ROUNDS = 7;

/** Nodes without and with relaxed SIMD. */
const NODES = [20, 22];
const ENGINES = ['fused', 'native', 'tfjs'] as const;

export interface StepRow {
  readonly problem: string;
  readonly contender: string;
  /** CPU milliseconds of a step, over the rounds. */
  readonly milliseconds: Spread;
  readonly rounds: readonly number[];
  /** Median over that of PyTorch. */
  readonly ratio: number;
  readonly aim: number | null;
  /** Relative difference from PyTorch of the loss, and of the displacement, of one step from the same weights. */
  readonly difference: { readonly loss: number; readonly displacement: number };
}

export interface StepRatios {
  readonly torch: string;
  readonly rows: readonly StepRow[];
  /** Contenders that do not run here, by name. */
  readonly absent: readonly string[];
}

interface Running extends Answering {
  readonly name: string;
  readonly loss: number;
  readonly displacement: number;
}

/** Every engine on two Nodes against PyTorch, in interleaved rounds. @param wanted - part of a problem's name */
export async function stepRatios(wanted = ''): Promise<StepRatios> {
  const { python, version } = pythonWithTorch();
  const specs = [yardstick(python)];
  for (const engine of ENGINES) for (const major of NODES) specs.push(await engineContender(engine, major));
  const root = mkdtempSync(path.join(tmpdir(), 'training-step-'));
  const rows: StepRow[] = [];
  const absent = new Set<string>();
  try {
    for (const problem of PROBLEMS.filter(({ name }) => name.includes(wanted))) {
      const folder = path.join(root, String(rows.length));
      await writeProblem(folder, problem);
      rows.push(...(await problemRows(problem, folder, specs, absent)));
    }
    return { torch: version, rows, absent: [...absent] };
  } finally {
    rmSync(root, { recursive: true });
  }
}

async function problemRows(
  problem: StepProblem,
  folder: string,
  specs: readonly ContenderSpec[],
  absent: Set<string>,
): Promise<StepRow[]> {
  const running = await startAll(specs, folder, absent);
  const contenders = running.map(({ name, run }) => ({ name, run: () => run(String(problem.steps)) }));
  const { seconds } = await runRounds(contenders, ROUNDS);
  running.forEach(({ end }) => end());
  const perStep = (name: string): number[] => seconds[name].map((value) => (1000 * value) / problem.steps);
  const torch = running.find(({ name }) => name === YARDSTICK)!;
  return running.map(({ name, loss, displacement }) => ({
    ...{ problem: problem.name, contender: name, rounds: perStep(name), milliseconds: spread(perStep(name)) },
    ratio: median(perStep(name)) / median(perStep(YARDSTICK)),
    aim: aimOf(problem, name),
    difference: { loss: apart(torch.loss, loss), displacement: apart(torch.displacement, displacement) },
  }));
}

/** All that run here, each with what it makes of the first step. */
async function startAll(specs: readonly ContenderSpec[], folder: string, absent: Set<string>): Promise<Running[]> {
  const running: Running[] = [];
  for (const { name, start } of specs) {
    const process = start(folder);
    try {
      const { seconds: loss, checksum: displacement } = await process.run('check');
      running.push({ ...process, name, loss, displacement });
    } catch {
      absent.add(name);
    }
  }
  return running;
}

function aimOf({ aims }: StepProblem, name: string): number | null {
  if (name.startsWith('native')) return aims.native;
  if (name.startsWith('fused')) return name.endsWith('20') ? aims['fused 20'] : aims['fused 22'];
  return null;
}

function spread(values: readonly number[]): Spread {
  return { median: median([...values]), least: min([...values]), most: max([...values]) };
}
