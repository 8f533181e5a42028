import { EXIT_CODES, HjbLrError } from '../errors.js';
import { keepStandardInput } from '../filesystem.js';
import { TOOL_VERSION } from '../version.js';
import { colors } from './colors.js';
import type { CommandResult } from './command.js';
import { printable } from './printable.js';
import type { CommandContext } from './context.js';
import { createProgress } from './progress.js';
import { commandLineOf } from './shell.js';
import { widthOf, wrapped } from './wrap.js';

export interface OutputOptions {
  readonly json: boolean;
  readonly quiet: boolean;
  /** Whether an argument names the standard input, which is then kept for the workers. */
  readonly readsInput?: boolean;
}

/** How long an interrupted command may take to end its workers, in milliseconds. */
const GRACE = 1000;

/**
 * Runs a command: its data to standard output, progress and errors to standard error, with `--json` one document.
 * @returns the exit code
 */
export async function execute(
  command: string,
  output: OutputOptions,
  action: (context: CommandContext) => Promise<CommandResult>,
): Promise<number> {
  const commandLine = commandLineOf(...process.argv.slice(2));
  const progress = await createProgress(process.stderr, output);
  const interruption = onInterrupt(() => {
    progress.stop();
    return printError(command, output, interrupted(command, commandLine));
  });
  let forget = async (): Promise<void> => {};
  try {
    const { signal } = interruption;
    if (output.readsInput === true) forget = await keepStandardInput();
    const result = await action({ onProgress: progress.report, signal, commandLine });
    progress.stop();
    return printResult(command, output, result);
  } catch (error) {
    progress.stop();
    return printError(command, output, interruption.signal.aborted ? interrupted(command, commandLine) : error);
  } finally {
    await forget();
    interruption.end();
  }
}

/** The first Ctrl-C aborts the signal and gives the command a moment to end its workers; a second one does not wait. */
function onInterrupt(print: () => number): { signal: AbortSignal; end: () => void } {
  const controller = new AbortController();
  const exit = (): never => process.exit(print());
  let timer: NodeJS.Timeout | undefined;
  const listener = (): void => {
    if (controller.signal.aborted) exit();
    controller.abort();
    timer = setTimeout(exit, GRACE);
  };
  process.on('SIGINT', listener);
  const end = (): void => {
    clearTimeout(timer);
    process.off('SIGINT', listener);
  };
  return { signal: controller.signal, end };
}

/** Commands that keep nothing of what they have computed until they end. */
const STARTS_AGAIN: readonly string[] = [
  'solve',
  'import',
  'sde',
  'report',
  'export',
  'validate',
  'status',
  'repair',
  'doctor',
  'init',
  'completion',
];

function interrupted(command: string, commandLine: string): HjbLrError {
  const again = STARTS_AGAIN.includes(command) ? 'starts again from the beginning' : 'resumes';
  return new HjbLrError('E_INTERRUPTED', 'Interrupted.', { remedy: `The same command again ${again}: ${commandLine}` });
}

function printResult(command: string, { json, quiet }: OutputOptions, done: CommandResult): number {
  const { result, summary, artifacts, next } = done;
  if (json) printDocument({ ok: true, command, result, artifacts, version: TOOL_VERSION });
  else if (summary.length > 0)
    process.stdout.write(`${printable(wrapped(summary, widthOf(process.stdout)).join('\n'))}\n`);
  if (!quiet && next !== undefined) process.stderr.write(colors.dim(`next: ${printable(next)}\n`));
  return done.exitCode ?? EXIT_CODES.ok;
}

/** Errors of ours are told in words, anything else is a bug and shows its stack. */
function printError(command: string, { json }: OutputOptions, error: unknown): number {
  if (json) printErrorDocument(command, error);
  const known = error instanceof HjbLrError;
  const text = known ? error.describe() : `This is a bug in hjb-lr ${TOOL_VERSION}.\n${stackOf(error)}`;
  const [first, ...rest] = printable(text).split('\n');
  process.stderr.write(`${[colors.red(first), ...rest].join('\n')}\n`);
  return known ? error.exitCode : EXIT_CODES.bug;
}

/** The one document of `--json` where an error stopped the command. */
export function printErrorDocument(command: string, error: unknown): void {
  printDocument({ ok: false, command, error: errorDocument(error), artifacts: [], version: TOOL_VERSION });
}

function errorDocument(error: unknown): object {
  if (error instanceof HjbLrError) return error.toJSON();
  return { code: 'BUG', message: String(error), fields: {}, remedy: '', issues: [] };
}

function stackOf(error: unknown): string {
  return error instanceof Error && error.stack !== undefined ? error.stack : String(error);
}

function printDocument(document: object): void {
  process.stdout.write(`${printable(JSON.stringify(document))}\n`);
}
