import { checkKnownLoss } from '../../src/training/engines/index.js';
import { openNative } from '../../src/training/engines/tfjs/backends.js';
import { tensorEngine } from '../../src/training/engines/tfjs/index.js';

try {
  const engine = tensorEngine(await openNative(process.argv[2]));
  checkKnownLoss(engine);
  process.stdout.write(JSON.stringify(engine.info));
} catch (error) {
  process.stderr.write((error as Error).message.split('\n')[0]);
  process.exitCode = 1;
}
