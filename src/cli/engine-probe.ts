import type { TaskKind } from '../execution/task.js';
import { HjbLrError } from '../errors.js';
import type { EngineChoice } from '../training/engines/index.js';

/** Entry of the process in which `doctor` tries an engine: one that crashes takes only that process with it. */
export const ENGINE_PROBE: TaskKind<EngineChoice> = { module: import.meta.url };

export interface EngineProbe {
  readonly engine: string;
  readonly loads: boolean;
  /** Back end, kernel, threads and version, or why it does not load. */
  readonly detail: string;
}

export async function runTask(input: unknown): Promise<EngineProbe> {
  const engine = input as EngineChoice;
  try {
    const { openEngine } = await import('../training/engines/index.js');
    const { backend, kernel, threads, version } = (await openEngine(engine, 'module')).info;
    return { engine, loads: true, detail: `${backend}, ${kernel}, threads: ${threads}, version ${version}` };
  } catch (error) {
    return { engine, loads: false, detail: reason(error) };
  }
}

function reason(error: unknown): string {
  if (!(error instanceof HjbLrError)) return String(error);
  const cause = error.cause instanceof Error ? ` (${error.cause.message.split('\n')[0]})` : '';
  return `${error.message}${cause} ${error.remedy}`;
}
