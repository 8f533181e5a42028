import { spawn } from 'node:child_process';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { PACKAGE_ROOT } from '../../src/version.js';
import { NODE_MAJORS, nodeExecutable } from './install.js';

/**
 * npm run test:full: every test on Node 20, 22 and 24, one after the other.
 *   npm run test:full -- --node 22 PATTERN ...   on one of them, files that match
 */
async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    options: { node: { type: 'string', multiple: true } },
    allowPositionals: true,
  });
  const majors = values.node?.map(Number) ?? NODE_MAJORS;
  const failed: number[] = [];
  for (const major of majors) {
    const code = await jest(await nodeExecutable(major), positionals);
    if (code !== 0) failed.push(major);
  }
  process.stderr.write(
    `test:full on Node ${majors.join(', ')}: ${failed.length === 0 ? 'passed' : `failed on ${failed.join(', ')}`}\n`,
  );
  return failed.length === 0 ? 0 : 1;
}

/** Programs that tests start as `node` are of that Node too. */
function jest(node: string, patterns: readonly string[]): Promise<number> {
  process.stderr.write(`\n${node}\n`);
  const script = path.join(PACKAGE_ROOT, 'node_modules', 'jest', 'bin', 'jest.js');
  const env = { ...process.env, PATH: `${path.dirname(node)}${path.delimiter}${process.env['PATH']}` };
  const child = spawn(node, ['--experimental-vm-modules', '--import', './test/loader.mjs', script, ...patterns], {
    cwd: PACKAGE_ROOT,
    env,
    stdio: 'inherit',
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
  });
}

process.exitCode = await main();
