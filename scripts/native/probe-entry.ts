import { openNative } from '../../src/training/engines/tfjs/backends.js';
import { tensorEngine } from '../../src/training/engines/tfjs/index.js';
import { checkKnownLoss } from '../../src/training/engines/index.js';

const engine = tensorEngine(await openNative(process.argv[2]));
checkKnownLoss(engine);
process.stdout.write(JSON.stringify(engine.info));
