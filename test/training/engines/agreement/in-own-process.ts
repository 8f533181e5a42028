import { openEngine, type Engine } from '../../../../src/training/engines/index.js';
import { openCpu } from '../../../../src/training/engines/tfjs/backends.js';
import { tensorEngine } from '../../../../src/training/engines/tfjs/index.js';
import { answersOf } from './answers.js';

/** `node --import tsx in-own-process.ts cpu | native`: prints its answers, or why the engine does not open. */
async function open(name: string): Promise<Engine> {
  return name === 'cpu' ? tensorEngine(await openCpu()) : openEngine(name as 'native', 'dense');
}

const engine = await open(process.argv[2]).catch((error: unknown) => (error as Error).message);
console.log(JSON.stringify(typeof engine === 'string' ? { refused: engine } : await answersOf(engine)));
