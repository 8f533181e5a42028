import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

/** Compiles ../assembly and writes the module into a TypeScript file, so that solvers need no file at run time. */
async function build(): Promise<void> {
  const folder = new URL('../assembly/', import.meta.url);
  const features = ['--enable', 'simd', '--enable', 'threads', '--importMemory', '--sharedMemory'];
  const memory = ['--initialMemory', '1', '--maximumMemory', '65536', '--runtime', 'stub'];
  const options = ['index.ts', '--baseDir', fileURLToPath(folder), '-O3', '--noAssert', ...features, ...memory];
  let binary = new Uint8Array(0);
  const { error, stderr } = await asc.main([...options, '--outFile', 'kernels.wasm'], {
    writeFile: (_name: string, contents: string | Uint8Array) => {
      if (typeof contents !== 'string') binary = new Uint8Array(contents);
    },
  });
  if (error !== null || binary.length === 0) throw new Error(`AssemblyScript: ${error?.message}\n${stderr.toString()}`);
  const text = `/** solvers/kernels/assembly, compiled by \`npm run build\`. */\nexport const KERNELS = '${Buffer.from(binary).toString('base64')}';\n`;
  await writeFile(new URL('./generated.ts', import.meta.url), text);
}

await build();
