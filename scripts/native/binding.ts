import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { headersInstallation } from './headers.js';
import { runStep } from './step.js';

/**
 * Compiles the binding between Node and TensorFlow. It uses Node-API alone, so that one serves every Node.
 * @param headers - prefix of Node's headers; null: they come from npm
 */
export async function buildBinding(
  {
    headers,
    fetched,
    staging,
  }: { readonly headers: string | null; readonly fetched: string; readonly staging: string },
  signal?: AbortSignal,
): Promise<void> {
  const nodedir = headers ?? (await fetchHeaders(path.join(staging, 'headers'), signal));
  const builder = path.join(fetched, 'node_modules', '@mapbox', 'node-pre-gyp', 'bin', 'node-pre-gyp');
  await runStep('Compiling the binding', [process.execPath, builder, 'install', '--build-from-source'], {
    ...{ cwd: fetched, signal },
    env: { ...process.env, npm_config_nodedir: nodedir },
  });
  const left = [path.join('deps', 'include'), ...(await readdir(fetched)).filter((name) => name.startsWith('build'))];
  for (const name of left) await rm(path.join(fetched, name), { recursive: true });
}

async function fetchHeaders(folder: string, signal?: AbortSignal): Promise<string> {
  const { command, prefix } = await headersInstallation(folder);
  await runStep("The download of Node's headers", command, { signal });
  return prefix;
}
