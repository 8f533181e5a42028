import { realpath } from 'node:fs/promises';
import path from 'node:path';
import type { EngineInfo } from '../../src/artifacts/training-log/training-log.js';
import { HjbLrError } from '../../src/errors.js';
import { buildBinding } from './binding.js';
import { machineFacts } from './facts.js';
import { fetchPackage } from './package.js';
import { probeNative } from './probe.js';
import { requireEverything } from './requirements.js';
import { replaceFolder, withStaging } from './staging.js';
import { fetchTensorFlow } from './tensorflow.js';
import { TENSORFLOW, TFJS_NODE, tfjsNodeVersion } from './versions.js';

export interface InstallOptions {
  /** The checkout: package.json, package-lock.json, node_modules. */
  readonly root: string;
  readonly say: (line: string) => void;
  readonly signal?: AbortSignal;
}

/**
 * Makes @tensorflow/tfjs-node run without the download of its own: the package from npm, TensorFlow's libraries out of its
 * Python wheel, the binding compiled here. All of it is made and tried in a folder aside and then takes its place at once;
 * an installation that works is left alone.
 *
 * @throws E_ENGINE with everything that is missing, or with the step that failed; then nothing has changed
 */
export async function installNative({ root, say, signal }: InstallOptions): Promise<EngineInfo> {
  const modules = await realpath(path.join(root, 'node_modules'));
  const target = path.join(modules, TFJS_NODE);
  const present = await probeNative(target, signal);
  if ('engine' in present) return present.engine;
  say('Looking at what is here ...');
  const facts = await machineFacts(modules, signal);
  requireEverything(facts);
  return withStaging(modules, target, async (staging) => {
    const version = tfjsNodeVersion(root);
    say(`1 of 4: ${TFJS_NODE} ${version} from npm ...`);
    const fetched = await fetchPackage({ root, version, staging }, signal);
    say(`2 of 4: ${TENSORFLOW.requirement} by pip (200 MB) ...`);
    await fetchTensorFlow({ pip: facts.pip!, fetched, staging }, signal);
    say('3 of 4: compiling the binding ...');
    await buildBinding({ headers: facts.headers, fetched, staging }, signal);
    say('4 of 4: a gradient, here and in its place ...');
    await requireWorks(fetched, signal);
    let engine: EngineInfo | undefined;
    await replaceFolder({ target, finished: fetched, staging }, async () => {
      engine = await requireWorks(target, signal);
    });
    return engine!;
  });
}

async function requireWorks(folder: string, signal?: AbortSignal): Promise<EngineInfo> {
  const probe = await probeNative(folder, signal);
  if ('engine' in probe) return probe.engine;
  signal?.throwIfAborted();
  throw new HjbLrError('E_ENGINE', `tfjs-node was built, and does not run:\n${probe.failure}`, {
    remedy: 'Nothing was changed. Use another engine (--engine fused), and please report these lines.',
  });
}
