import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

/** Threads share the memory of the solvers; a network has its own. */
const SHARED = ['--enable', 'threads', '--sharedMemory', '--initialMemory', '1', '--maximumMemory', '65536'];
const OWN = ['--initialMemory', '1'];

/**
 * Compiles index.ts of a folder (relative to this one) with SIMD; the memory is the caller's.
 * @returns the WebAssembly module in base64
 */
async function compile(folder: string, options: readonly string[]): Promise<string> {
  const base = fileURLToPath(new URL(folder, import.meta.url));
  const always = ['index.ts', '--baseDir', base, '-O3', '--noAssert', '--runtime', 'stub'];
  let binary = new Uint8Array(0);
  const { error, stderr } = await asc.main(
    [...always, '--enable', 'simd', '--importMemory', ...options, '--outFile', 'kernels.wasm'],
    {
      writeFile: (_name: string, contents: string | Uint8Array) => {
        if (typeof contents !== 'string') binary = new Uint8Array(contents);
      },
    },
  );
  if (error !== null || binary.length === 0) throw new Error(`AssemblyScript: ${error?.message}\n${stderr.toString()}`);
  return Buffer.from(binary).toString('base64');
}

/** Writes modules into a TypeScript file, so that nothing reads a file at run time. */
async function embed(file: string, source: string, modules: Readonly<Record<string, string>>): Promise<void> {
  const lines = Object.entries(modules).map(([name, text]) => `export const ${name} = '${text}';\n`);
  const text = `/** ${source}, compiled by \`npm run build\`. */\n${lines.join('')}`;
  await writeFile(new URL(file, import.meta.url), text);
}

const solvers = '../solvers/kernels/assembly/';
await embed('../solvers/kernels/wasm/generated.ts', 'solvers/kernels/assembly', {
  KERNELS: await compile(solvers, SHARED),
});

const fused = '../src/training/engines/fused/assembly/';
await embed('../src/training/engines/fused/generated.ts', 'src/training/engines/fused/assembly', {
  SIMD: await compile(fused, OWN),
  RELAXED_SIMD: await compile(fused, [...OWN, '--enable', 'relaxed-simd']),
});
