import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, totalmem } from 'node:os';
import path from 'node:path';
import { EXIT_CODES } from '../../errors.js';
import { asJson } from '../../json.js';
import { PACKAGE_ROOT, TOOL_VERSION } from '../../version.js';
import { defineCommand } from '../command.js';
import type { CommandContext } from '../context.js';
import type { EngineProbe } from '../engine-probe.js';

/** One function that uses a SIMD instruction: valid where WebAssembly SIMD is there. */
const SIMD_MODULE = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11,
]);

const ENGINES = ['native', 'fused', 'tfjs'] as const;

export const doctor = defineCommand({
  description: 'Node, engines, cores, packages and data of this installation',
  input: {},
  options: {},
  examples: ['doctor'],
  run: async (_given, context) => {
    const diagnosis = diagnose(await probeEngines(context));
    const usable = diagnosis.engines.some((engine) => engine.loads);
    return {
      artifacts: [],
      summary: describe(diagnosis),
      result: asJson(diagnosis),
      exitCode: usable ? EXIT_CODES.ok : EXIT_CODES.invalid_input,
    };
  },
});

function diagnose(engines: readonly EngineProbe[]): Diagnosis {
  const data = path.join(PACKAGE_ROOT, 'benchmarks', 'data');
  return {
    version: TOOL_VERSION,
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    cores: availableParallelism(),
    memory_gib: Math.round((totalmem() / 2 ** 30) * 10) / 10,
    wasm_simd: WebAssembly.validate(SIMD_MODULE),
    engines,
    data: { path: data, present: existsSync(data) },
    packages: packageVersions(),
  };
}

async function probeEngines({ signal }: CommandContext): Promise<EngineProbe[]> {
  const { runTasks } = await import('../../execution/run-tasks.js');
  const { taskOf } = await import('../../execution/task.js');
  const { ENGINE_PROBE } = await import('../engine-probe.js');
  const tasks = ENGINES.map((engine) => taskOf(ENGINE_PROBE, engine, engine));
  const outcomes = await runTasks(tasks, { workers: ENGINES.length, signal });
  return outcomes.map((outcome) => {
    if (outcome.status === 'done') return outcome.result as unknown as EngineProbe;
    return { engine: outcome.id, loads: false, detail: outcome.error.message };
  });
}

function packageVersions(): Record<string, string> {
  const require = createRequire(import.meta.url);
  const { dependencies, optionalDependencies } = readPackage(PACKAGE_ROOT);
  const names = Object.keys({ ...dependencies, ...optionalDependencies }).sort();
  return Object.fromEntries(names.map((name) => [name, installedVersion(require.resolve.paths(name) ?? [], name)]));
}

function installedVersion(folders: readonly string[], name: string): string {
  const folder = folders
    .map((parent) => path.join(parent, name))
    .find((candidate) => existsSync(path.join(candidate, 'package.json')));
  return folder === undefined ? 'not installed' : readPackage(folder).version;
}

interface Package {
  readonly version: string;
  readonly dependencies?: Record<string, string>;
  readonly optionalDependencies?: Record<string, string>;
}

function readPackage(folder: string): Package {
  return JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as Package;
}

interface Diagnosis {
  readonly version: string;
  readonly node: string;
  readonly platform: string;
  readonly cores: number;
  readonly memory_gib: number;
  readonly wasm_simd: boolean;
  readonly engines: readonly EngineProbe[];
  readonly data: { readonly path: string; readonly present: boolean };
  readonly packages: Readonly<Record<string, string>>;
}

function describe(diagnosis: Diagnosis): string[] {
  const { engines, data, packages } = diagnosis;
  return [
    `hjb-lr ${diagnosis.version}, Node ${diagnosis.node}, ${diagnosis.platform}`,
    `cores: ${diagnosis.cores}, memory: ${diagnosis.memory_gib} GiB, WebAssembly SIMD: ${diagnosis.wasm_simd ? 'yes' : 'no'}`,
    ...engines.map(({ engine, loads, detail }) => `engine ${engine}: ${loads ? 'loads' : 'does not load'} (${detail})`),
    `data: ${data.path}${data.present ? '' : ' (missing)'}`,
    ...Object.entries(packages).map(([name, version]) => `package ${name}: ${version}`),
  ];
}
