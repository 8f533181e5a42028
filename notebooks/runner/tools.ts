import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { HjbLrError, type Issue } from '../../src/errors.js';
import { command } from './command.js';

const PINNED = { deno: '2.9.6', temml: '0.13.5', nbconvert: '7.17.2' } as const;
/** Deno's kernel and its reading of `deno.json` are as these notebooks need them from here on. */
const LEAST_DENO = 2;

/** TeX to MathML, which browsers draw by themselves. */
export type ToMathMl = (tex: string, isDisplay: boolean) => string;

/** What executes and exports a notebook. */
export interface Tools {
  readonly deno: string;
  /** The command nbconvert, its first words. */
  readonly nbconvert: readonly string[];
  readonly toMathMl: ToMathMl;
}

interface FindOptions {
  /** Where what is missing is installed. */
  readonly cache: string;
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

/**
 * Finds Deno and nbconvert on the PATH, and installs what is missing into the cache: the npm packages `deno` and `temml`, and
 * `nbconvert` in a virtual environment of Python. A folder of the cache is whole or not there.
 *
 * @throws E_NOT_FOUND with everything that is missing and could not be installed, and what to do for it
 */
export async function findTools(options: FindOptions): Promise<Tools> {
  const issues: Issue[] = [];
  const found = async <Tool>(find: (options: FindOptions) => Promise<Tool>): Promise<Tool> => {
    try {
      return await find(options);
    } catch (error) {
      if (!(error instanceof HjbLrError)) throw error;
      issues.push({ path: error.message.split(':')[0], message: `${error.message} ${error.remedy}` });
      return undefined as Tool;
    }
  };
  const tools = {
    deno: await found(findDeno),
    toMathMl: await found(findTemml),
    nbconvert: await found(findNbconvert),
  };
  options.signal.throwIfAborted();
  if (issues.length === 0) return tools;
  throw new HjbLrError(
    'E_NOT_FOUND',
    `The notebooks need what is not here: ${issues.map(({ path }) => path).join(', ')}.`,
    {
      remedy: issues.map(({ message }) => message).join('\n'),
      issues,
    },
  );
}

async function findDeno(options: FindOptions): Promise<string> {
  if (Number(/^deno (\d+)/.exec(await versionOf(['deno']))?.[1]) >= LEAST_DENO) return 'deno';
  const folder = await npmPackage('deno', options);
  return path.join(folder, 'node_modules', '.bin', 'deno');
}

async function findTemml(options: FindOptions): Promise<ToMathMl> {
  const folder = await npmPackage('temml', options);
  const file = path.join(folder, 'node_modules', 'temml', 'dist', 'temml.mjs');
  const { default: temml } = await import(pathToFileURL(file).href);
  return (tex, isDisplay) => temml.renderToString(tex, { displayMode: isDisplay, throwOnError: true });
}

async function findNbconvert(options: FindOptions): Promise<readonly string[]> {
  for (const words of [['jupyter-nbconvert'], ['python3', '-m', 'nbconvert']]) {
    if ((await versionOf(words)) !== '') return words;
  }
  const folder = await installed(`nbconvert-${PINNED.nbconvert}`, options, async (target) => {
    const venv = await command(['python3', '-m', 'venv', target], options);
    if (venv.code !== 0) return venv.text;
    const pip = [path.join(target, 'bin', 'python'), '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'];
    const { code, text } = await command([...pip, `nbconvert==${PINNED.nbconvert}`], options);
    return code === 0 ? null : text;
  });
  return [path.join(folder, 'bin', 'python'), '-m', 'nbconvert'];
}

function npmPackage(name: 'deno' | 'temml', options: FindOptions): Promise<string> {
  return installed(`${name}-${PINNED[name]}`, options, async (target) => {
    await mkdir(target);
    await writeFile(path.join(target, 'package.json'), '{ "private": true }\n');
    const npm = ['npm', 'install', '--prefix', target, '--ignore-scripts=false', '--no-audit', '--no-fund'];
    const { code, text } = await command([...npm, `${name}@${PINNED[name]}`], options);
    return code === 0 ? null : text;
  });
}

/** What a program says to --version; nothing where it does not run. */
async function versionOf(words: readonly string[]): Promise<string> {
  const { code, text } = await command([...words, '--version']);
  return code === 0 ? text : '';
}

const REMEDIES: Readonly<Record<string, string>> = {
  deno: 'Install Deno 2 or newer, or let npm reach its registry.',
  temml: 'Let npm reach its registry.',
  nbconvert:
    'Install nbconvert (Debian: jupyter-nbconvert), or Python 3 with venv (Debian: python3-venv) and let pip reach its index.',
};

/** A folder of the cache; where it is missing it is made under a temporary name, then renamed. */
async function installed(
  name: string,
  { cache, say, signal }: FindOptions,
  install: (target: string) => Promise<string | null>,
): Promise<string> {
  const folder = path.join(cache, name);
  if ((await stat(folder).catch(() => null)) !== null) return folder;
  say(`installing ${name} into ${cache}`);
  const target = `${folder}.${process.pid}.partial`;
  await mkdir(cache, { recursive: true });
  try {
    const failure = await install(target);
    signal.throwIfAborted();
    if (failure !== null) throw notInstalled(name, failure);
    await rename(target, folder).catch(async (error) => {
      if ((await stat(folder).catch(() => null)) === null) throw error;
    });
  } finally {
    await rm(target, { recursive: true, force: true });
  }
  return folder;
}

const SHOWN_CHARACTERS = 600;

function notInstalled(name: string, failure: string): HjbLrError {
  const said = failure.trim().slice(-SHOWN_CHARACTERS);
  return new HjbLrError('E_NOT_FOUND', `${name}: not found, and installing it failed:\n${said}\n`, {
    remedy: REMEDIES[name.split('-')[0]],
  });
}
