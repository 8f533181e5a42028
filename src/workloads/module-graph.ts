import { existsSync, realpathSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire, isBuiltin } from 'node:module';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { canonicalJson, sha256 } from '../canonical-json.js';

/** A module with everything that it imports, as far as its text shows it. */
export interface ModuleGraph {
  /** SHA-256 of the file where it imports nothing; else of all files and packages together. */
  readonly sha256: string;
  /** SHA-256 of every file by its path relative to the module's folder, and of every package as `name@version`. */
  readonly files: Readonly<Record<string, string>>;
}

/** Files whose imports are looked for. */
const CODE = /\.([cm]?[jt]s|[jt]sx)$/;

/** `require('...')` of a CommonJS module, and `new URL('...', import.meta.url)`, by which modules find their data. */
const REQUIRED = /\brequire\(\s*(['"])([^'"\n]+)\1\s*\)/g;
const BESIDE = /\bnew URL\(\s*(['"])([^'"\n]+)\1\s*,\s*import\.meta\.url\s*\)/g;

/**
 * The hashes of a module and of the files that it imports, directly or through others: static imports, dynamic ones and `require` of a
 * literal name, and the files that it names beside itself by `new URL(name, import.meta.url)`. A package counts by its name, version and
 * entry. What a module reads by a name that it computes is not seen.
 *
 * @param entry - absolute path of the module, which must be there
 */
export async function moduleGraph(entry: string): Promise<ModuleGraph> {
  const files = new Map<string, string>();
  const waiting = [entry];
  const root = path.dirname(entry);
  const nameOf = (file: string): string => path.relative(root, file).replaceAll(path.sep, '/');
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    const name = nameOf(file);
    if (files.has(name)) continue;
    const bytes = await readFile(file);
    files.set(name, sha256(bytes));
    if (!CODE.test(file)) continue;
    for (const target of await targetsOf(file, bytes.toString('utf8'))) {
      if ('file' in target) waiting.push(target.file);
      else files.set(target.name, target.sha256);
    }
  }
  const all = Object.fromEntries([...files].sort(([a], [b]) => (a < b ? -1 : 1)));
  return { sha256: files.size === 1 ? files.get(nameOf(entry))! : sha256(canonicalJson(all, [])), files: all };
}

type Target = { readonly file: string } | { readonly name: string; readonly sha256: string };

async function targetsOf(file: string, text: string): Promise<Target[]> {
  const imported = await importedNames(text);
  const required = [...text.matchAll(REQUIRED)].map((match) => match[2]);
  const beside = [...text.matchAll(BESIDE)].map((match) => new URL(match[2], pathToFileURL(file)));
  const found = await Promise.all([...new Set([...imported, ...required])].map((name) => resolved(name, file)));
  const data = beside.filter(({ protocol }) => protocol === 'file:').map((url) => fileURLToPath(url));
  return [...found.flat(), ...data.filter(isFile).map((path) => ({ file: path }))];
}

/** Names of static imports, re-exports, and dynamic imports of a literal name. */
async function importedNames(text: string): Promise<string[]> {
  const { init, parse } = await import('es-module-lexer');
  await init;
  try {
    return parse(text)[0].flatMap(({ n }) => (n === undefined ? [] : [n]));
  } catch {
    // Not JavaScript as the lexer knows it: importing it will say what is wrong.
    return [];
  }
}

async function resolved(name: string, from: string): Promise<Target[]> {
  if (isBuiltin(name) || /^(data|https?):/.test(name)) return [];
  if (/^(\.{0,2}\/|file:)/.test(name)) {
    const file = fileURLToPath(new URL(name, pathToFileURL(from)));
    return isFile(file) ? [{ file }] : [];
  }
  return packageTarget(name, from);
}

/** The entry of a package; one that lies outside of node_modules, linked from a workspace, is read like a file of one's own. */
async function packageTarget(name: string, from: string): Promise<Target[]> {
  let entry: string;
  try {
    entry = realpathSync(createRequire(from).resolve(name));
  } catch {
    return [];
  }
  if (!entry.split(path.sep).includes('node_modules')) return [{ file: entry }];
  const { version } = await packageOf(entry);
  return [{ name: `${name}@${version}`, sha256: sha256(await readFile(entry)) }];
}

async function packageOf(file: string): Promise<{ version: string }> {
  for (let folder = path.dirname(file); folder !== path.dirname(folder); folder = path.dirname(folder)) {
    const text = await readFile(path.join(folder, 'package.json'), 'utf8').catch(() => null);
    const { version } = text === null ? {} : (JSON.parse(text) as { version?: string });
    if (version !== undefined) return { version };
  }
  return { version: 'unknown' };
}

function isFile(file: string): boolean {
  return existsSync(file) && !file.endsWith(path.sep);
}
