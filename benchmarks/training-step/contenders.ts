import { execFileSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { nodeExecutable } from '../../scripts/nodes/install.js';
import type { EngineName } from '../../src/training/engines/index.js';
import { startAnswering, type Answering } from '../answering.js';
import { benchmarkFile } from '../file.js';

export const YARDSTICK = 'PyTorch';

/** One thread each, and for PyTorch and TensorFlow no instructions beyond AVX2 (WebAssembly has 128 bits). */
const HELD: NodeJS.ProcessEnv = {
  ...{ OMP_NUM_THREADS: '1', MKL_NUM_THREADS: '1', TF_NUM_INTRAOP_THREADS: '1', TF_NUM_INTEROP_THREADS: '1' },
  ...{ ATEN_CPU_CAPABILITY: 'avx2', ONEDNN_MAX_CPU_ISA: 'AVX2', MKL_ENABLE_INSTRUCTIONS: 'AVX2' },
  TF_CPP_MIN_LOG_LEVEL: '2',
};

export interface ContenderSpec {
  readonly name: string;
  /** @param folder - of the problem */
  start(folder: string): Answering;
}

/** An engine on a Node of that major. */
export async function engineContender(engine: EngineName, major: number): Promise<ContenderSpec> {
  const node = await nodeExecutable(major);
  const entry = fileURLToPath(new URL('./contender.js', import.meta.url));
  return {
    name: `${engine}, Node ${major}`,
    start: (folder) => pinned([node, entry, folder, engine]),
  };
}

/** The same steps in PyTorch, by a Python that has it. */
export function yardstick(python: string): ContenderSpec {
  const script = benchmarkFile('training-step/yardstick.py');
  return { name: YARDSTICK, start: (folder) => pinned([python, script, folder]) };
}

/** The Python of PYTORCH_PYTHON. @throws Error with the remedy, if it has no PyTorch */
export function pythonWithTorch(): { python: string; version: string } {
  const python = process.env['PYTORCH_PYTHON'] ?? 'python3';
  try {
    const print = 'import torch, numpy; print(torch.__version__)';
    const version = execFileSync(python, ['-c', print], { stdio: ['ignore', 'pipe', 'ignore'] })
      .toString()
      .trim();
    return { python, version };
  } catch {
    const remedy = 'python3 -m venv .cache/torch && .cache/torch/bin/pip install torch numpy';
    throw new Error(`${python} has no PyTorch. Make one (${remedy}) and set PYTORCH_PYTHON=.cache/torch/bin/python.`);
  }
}

/** On the last core alone where the system can pin, so that helpers of an engine cost it the same core. */
function pinned([program, ...args]: readonly string[]): Answering {
  const env = { ...process.env, ...HELD };
  if (process.platform !== 'linux') return startAnswering(program, args, env);
  return startAnswering('taskset', ['-c', String(availableParallelism() - 1), program, ...args], env);
}
