import { HjbLrError } from '../../src/errors.js';
import { lastLines, runCommand, type Command, type CommandOptions } from '../command.js';

/**
 * Runs one program of the installation.
 * @param what - the step, as the beginning of a sentence
 * @throws E_ENGINE with the last lines that the program printed, if it does not end well; the reason of an abort
 */
export async function runStep(what: string, command: Command, options: CommandOptions = {}): Promise<string> {
  const { code, stdout, output } = await runCommand(command, options);
  if (code === 0) return stdout;
  options.signal?.throwIfAborted();
  throw new HjbLrError('E_ENGINE', `${what} failed (exit code ${code}):\n${lastLines(output)}`, {
    remedy: 'Nothing was changed. Put this right and run npm run native again.',
    fields: { command: command.join(' '), code },
  });
}
