import type { EngineInfo } from '../../src/artifacts/training-log/training-log.js';
import { lastLines, runCommand, typeScriptCommand } from '../command.js';

const ENTRY = new URL('./probe-entry.ts', import.meta.url);

export type Probe = { readonly engine: EngineInfo } | { readonly failure: string };

/**
 * Opens the native engine with the tfjs-node of a folder and computes a known loss with its gradients, in a process of its
 * own: a library that crashes takes only that process with it.
 */
export async function probeNative(folder: string, signal?: AbortSignal): Promise<Probe> {
  const { code, stdout, output } = await runCommand(typeScriptCommand(ENTRY, [folder]), { signal });
  if (code !== 0) return { failure: lastLines(output) };
  return { engine: JSON.parse(stdout) as EngineInfo };
}
