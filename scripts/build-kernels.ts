import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

/** Modules of AssemblyScript that one TypeScript file embeds, so that nothing reads a file at run time. */
interface Embedding {
  /** From the root: the folder of index.ts, and the file. */
  readonly source: string;
  readonly target: string;
  /** Options of asc by the name of the constant that holds the module in base64. */
  readonly modules: Readonly<Record<string, readonly string[]>>;
}

/** Threads share the memory of the solvers; a network has its own. */
const SHARED = ['--enable', 'threads', '--sharedMemory', '--initialMemory', '1', '--maximumMemory', '65536'];
const OWN = ['--initialMemory', '1'];

const EMBEDDINGS: readonly Embedding[] = [
  {
    source: 'solvers/kernels/assembly',
    target: 'solvers/kernels/wasm/generated.ts',
    modules: { KERNELS: SHARED },
  },
  {
    source: 'src/training/engines/fused/assembly',
    target: 'src/training/engines/fused/generated.ts',
    modules: { SIMD: OWN, RELAXED_SIMD: [...OWN, '--enable', 'relaxed-simd'] },
  },
];

for (const embedding of EMBEDDINGS) await embed(embedding);

/** Compiles what has changed since the file was written. */
async function embed({ source, target, modules }: Embedding): Promise<void> {
  const file = fromRoot(target);
  const head = `/** ${source}, compiled by \`npm run build\`. ${await digest(source)} */\n`;
  const before = await readFile(file, 'utf8').catch(() => '');
  if (before.startsWith(head)) return;
  const constants: string[] = [];
  for (const [name, options] of Object.entries(modules)) {
    constants.push(`export const ${name} = '${await compile(source, options)}';\n`);
  }
  await writeFile(file, head + constants.join(''));
}

/** SHA-256 of what a module is made from: its files, this one and the compiler's version. */
async function digest(source: string): Promise<string> {
  const files = (await readdir(fromRoot(source))).sort().map((name) => fromRoot(`${source}/${name}`));
  const compiler = createRequire(import.meta.url).resolve('assemblyscript/package.json');
  const hash = createHash('sha256');
  for (const file of [...files, fileURLToPath(import.meta.url), compiler])
    hash.update(await readFile(file)).update('\0');
  return hash.digest('hex');
}

/** With SIMD; the memory is the caller's. @returns the WebAssembly module in base64 */
async function compile(source: string, options: readonly string[]): Promise<string> {
  const always = ['index.ts', '--baseDir', fromRoot(source), '-O3', '--noAssert', '--runtime', 'stub'];
  let binary = new Uint8Array(0);
  // A second to load: only where something is to be compiled.
  const { default: asc } = await import('assemblyscript/asc');
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

function fromRoot(path: string): string {
  return fileURLToPath(new URL(`../${path}`, import.meta.url));
}
