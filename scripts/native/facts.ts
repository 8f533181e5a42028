import { readFile, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { npmCommand, runCommand, type Command } from '../command.js';
import { headersBesideNode, headersPackage } from './headers.js';
import { TENSORFLOW, TFJS_NODE, tfjsNodeVersion, WHEEL_CHOICE } from './versions.js';

/** What `npm run native` finds on a machine. */
export interface MachineFacts {
  readonly platform: string;
  readonly arch: string;
  /** Version of the C library; null where it is not glibc. */
  readonly glibc: string | null;
  readonly avx: boolean;
  readonly python: boolean;
  /** How pip is called; null where there is none. */
  readonly pip: Command | null;
  /** Whether the C++ compiler compiles the standard that Node's headers ask for. */
  readonly compiler: boolean;
  readonly standard: string;
  readonly make: boolean;
  /** Bytes free for node_modules and for temporary files. */
  readonly free: { readonly modules: number; readonly temporary: number };
  /** Prefix of Node's own headers; null where they are not beside it. */
  readonly headers: string | null;
  /** Why a package cannot be had from its registry; null where it can, or where it is not needed. */
  readonly refusals: {
    readonly tfjsNode: string | null;
    readonly headers: string | null;
    readonly wheel: string | null;
  };
}

const NETWORK_TIMEOUT = 60_000;
const MODERN_HEADERS = 24;

/**
 * Looks at everything that the installation needs, and changes nothing.
 * @param modules - the folder node_modules, through links
 */
export async function machineFacts(modules: string, signal?: AbortSignal): Promise<MachineFacts> {
  const standard = Number(process.versions.node.split('.')[0]) >= MODERN_HEADERS ? 'gnu++20' : 'gnu++17';
  const [pip, headers] = await Promise.all([findPip(), headersBesideNode()]);
  const [python, compiler, make, avx, ofModules, temporary, ...refusals] = await Promise.all([
    succeeds(['python3', '--version']),
    compiles(standard),
    succeeds(['make', '--version']),
    hasAvx(),
    freeBytes(modules),
    freeBytes(tmpdir()),
    npmRefusal(`${TFJS_NODE}@${tfjsNodeVersion()}`, signal),
    headers === null ? npmRefusal(headersPackage(), signal) : null,
    pip === null ? null : wheelRefusal(pip, signal),
  ]);
  return {
    ...{ platform: process.platform, arch: process.arch, glibc: glibcVersion(), avx },
    ...{ python, pip, compiler, standard, make, headers, free: { modules: ofModules, temporary } },
    refusals: { tfjsNode: refusals[0], headers: refusals[1], wheel: refusals[2] },
  };
}

async function succeeds(command: Command): Promise<boolean> {
  return (await runCommand(command)).code === 0;
}

/** Variables that node-gyp's make uses too. */
async function compiles(standard: string): Promise<boolean> {
  const flags = ['-x', 'c++', `-std=${standard}`, '-fsyntax-only', '-'];
  const [program, ...wrapped] = (process.env['CXX'] ?? 'g++').split(' ');
  return (await runCommand([program, ...wrapped, ...flags], { input: '#include <memory>\n' })).code === 0;
}

async function findPip(): Promise<Command | null> {
  const candidates: Command[] = [['python3', '-m', 'pip'], ['pip3'], ['pip']];
  for (const candidate of candidates) if (await succeeds([...candidate, '--version'])) return candidate;
  return null;
}

/** Without the flags of the processor, as in some containers, the installation itself tells. */
async function hasAvx(): Promise<boolean> {
  const text = await readFile('/proc/cpuinfo', 'utf8').catch(() => '');
  return !/^flags\s*:/m.test(text) || /^flags\s*:.*\bavx\b/m.test(text);
}

async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

function glibcVersion(): string | null {
  const report = process.report.getReport() as unknown as { header: { glibcVersionRuntime?: string } };
  return report.header.glibcVersionRuntime ?? null;
}

async function npmRefusal(name: string, signal?: AbortSignal): Promise<string | null> {
  const command = npmCommand('view', name, 'version', '--fetch-retries=0');
  const { code, stdout, output } = await runCommand(command, { signal, timeout: NETWORK_TIMEOUT });
  if (code === 0) return stdout.trim() === '' ? 'no such version' : null;
  return reason(output, /(?:FetchError: |\b404 )(.+)/, /\bcode (\w+)/);
}

async function wheelRefusal(pip: Command, signal?: AbortSignal): Promise<string | null> {
  const [name, version] = TENSORFLOW.requirement.split('==');
  const command: Command = [...pip, 'index', 'versions', ...WHEEL_CHOICE, '--retries=0', '--timeout=15', name];
  const { code, stdout, output } = await runCommand(command, { signal, timeout: NETWORK_TIMEOUT });
  // A pip older than this question: the download will tell.
  if (/unknown command/.test(output)) return null;
  if (code !== 0) return reason(output, /ERROR: (.*)/);
  return stdout.includes(version) ? null : `it has no ${name} ${version}`;
}

/** What the pattern finds first, without what it begins with; else the last line. */
function reason(output: string, ...patterns: RegExp[]): string {
  const found = patterns.map((pattern) => pattern.exec(output)?.[1]).find((text) => text !== undefined);
  return found ?? output.trim().split('\n').at(-1)!;
}
