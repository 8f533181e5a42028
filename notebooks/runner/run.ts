import { mkdtemp, readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { EXIT_CODES, HjbLrError } from '../../src/errors.js';
import { writeFileAtomic } from '../../src/filesystem.js';
import { execute } from './execute.js';
import { figuresOf, pageOf } from './page.js';
import { findTools, type Tools } from './tools.js';

const NOTEBOOKS = fileURLToPath(new URL('..', import.meta.url));
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const USAGE = `npm run notebooks [-- [--small] [NAME...]]
Executes the notebooks (those whose file names begin with a NAME, else all) and writes a page of each to runs/notebooks.
--small  fewer runs and coarser grids, for a check that takes a minute`;

const say = (line: string): unknown => process.stderr.write(`${line}\n`);

/** Executes one notebook and writes its page; everything else that comes of it is removed. */
async function publish(
  name: string,
  options: { tools: Tools; isSmall: boolean; signal: AbortSignal },
): Promise<string> {
  const workFolder = await mkdtemp(path.join(os.tmpdir(), 'hjb-lr-notebook-'));
  try {
    const notebook = await execute(path.join(NOTEBOOKS, name), { ...options, workFolder });
    const page = await pageOf(notebook, { ...options, workFolder });
    const target = path.join(ROOT, 'runs', 'notebooks', name.replace(/\.ipynb$/, '.html'));
    await writeFileAtomic(target, page);
    return `${path.relative(ROOT, target)}: ${figuresOf(notebook).length} figures`;
  } finally {
    await rm(workFolder, { recursive: true, force: true });
  }
}

async function selected(prefixes: readonly string[]): Promise<string[]> {
  const all = (await readdir(NOTEBOOKS)).filter((name) => name.endsWith('.ipynb')).sort();
  const unknown = prefixes.filter((prefix) => !all.some((name) => name.startsWith(prefix)));
  if (unknown.length > 0) {
    throw new HjbLrError('E_USAGE', `No notebook begins with ${unknown.join(', ')}.`, {
      remedy: `They are ${all.join(', ')}.`,
    });
  }
  return all.filter((name) => prefixes.length === 0 || prefixes.some((prefix) => name.startsWith(prefix)));
}

function parsed() {
  try {
    const options = { small: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } } as const;
    return parseArgs({ options, allowPositionals: true });
  } catch (error) {
    throw new HjbLrError('E_USAGE', (error as Error).message, { remedy: USAGE });
  }
}

async function main(signal: AbortSignal): Promise<void> {
  const { values, positionals } = parsed();
  if (values.help) {
    process.stdout.write(`${USAGE}\n`);
    return;
  }
  const names = await selected(positionals);
  const tools = await findTools({ cache: path.join(ROOT, '.cache', 'notebooks'), say, signal });
  say(`deno: ${tools.deno}; nbconvert: ${tools.nbconvert.join(' ')}`);
  const failures: string[] = [];
  for (const name of names) {
    const start = Date.now();
    try {
      const written = await publish(name, { tools, isSmall: values.small, signal });
      process.stdout.write(`${written}, ${((Date.now() - start) / 1000).toFixed(0)} s\n`);
    } catch (error) {
      if (!(error instanceof HjbLrError)) throw error;
      say(`${error.message}\n${error.remedy}`);
      failures.push(name);
    }
  }
  if (failures.length === 0) return;
  throw new HjbLrError('E_CHECK_FAILED', `Failed: ${failures.join(', ')}.`, { remedy: 'See above.' });
}

const interruption = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => interruption.abort());

try {
  await main(interruption.signal);
} catch (error) {
  const isInterrupted = interruption.signal.aborted;
  if (!isInterrupted && !(error instanceof HjbLrError)) throw error;
  say(
    isInterrupted
      ? 'Interrupted; nothing is half done.'
      : `${(error as HjbLrError).message}\n${(error as HjbLrError).remedy}`,
  );
  process.exitCode = isInterrupted ? EXIT_CODES.interrupted : (error as HjbLrError).exitCode;
}
