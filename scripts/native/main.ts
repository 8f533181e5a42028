import { HjbLrError } from '../../src/errors.js';
import { PACKAGE_ROOT } from '../../src/version.js';
import { installNative } from './install.js';

/** npm run native: the native engine where tfjs-node's own download cannot be had. */
async function main(): Promise<number> {
  const interruption = new AbortController();
  const interrupt = (): void =>
    interruption.abort(new HjbLrError('E_INTERRUPTED', 'Interrupted; nothing was changed.', { remedy: '' }));
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  try {
    const { version, kernel } = await installNative({ root: PACKAGE_ROOT, say, signal: interruption.signal });
    process.stdout.write(`The native engine runs: tfjs-node ${version}, ${kernel}.\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof HjbLrError)) throw error;
    say(error.describe());
    return error.exitCode;
  }
}

process.exitCode = await main();
