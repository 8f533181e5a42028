import { HjbLrError } from '../../errors.js';
import { openManifest } from '../manifest/manifest.js';
import { isFinished } from '../manifest/task-result.js';
import type { BrokenTask } from '../manifest/run-local.js';
import { dealtElements } from './elements.js';

export interface ElementOptions {
  /** Number of elements that the manifest is dealt to, and which of them this is. */
  readonly elements: number;
  readonly element: number;
  /** Tasks of that depth alone; all by default. */
  readonly depth?: number | undefined;
  /** Runs one task of the manifest in this process. */
  readonly run: (folder: string, index: number) => Promise<unknown>;
  readonly onProgress?: ((done: number, total: number, label: string) => void) | undefined;
}

/**
 * Runs the tasks of one element one after the other in this process: what an array element or a pod does. A task that cannot be run
 * does not stop the others, but those that need it.
 *
 * @returns the tasks that could not be run
 * @throws E_INVALID if there is no such element
 */
export async function runElement(folder: string, options: ElementOptions): Promise<BrokenTask[]> {
  const { elements, element: number, depth, run, onProgress = () => {} } = options;
  const manifest = await openManifest(folder);
  const element = dealtElements(manifest, elements).at(number);
  if (element === undefined || number >= elements) throw noElement(number, elements);
  const indices = element.tasks.filter((i) => depth === undefined || manifest.task(i).depth === depth);
  const broken: BrokenTask[] = [];
  const lost = new Set<number>();
  for (const [i, index] of indices.entries()) {
    const task = manifest.task(index);
    if (task.needs.some((need) => lost.has(need))) lost.add(index);
    else if (!isFinished(folder, task)) {
      try {
        await run(folder, index);
      } catch (error) {
        lost.add(index);
        broken.push({ task, error: error as Error });
      }
    }
    onProgress(i + 1, indices.length, task.label);
  }
  return broken;
}

function noElement(element: number, elements: number): HjbLrError {
  return new HjbLrError('E_INVALID', `There is no element ${element} of ${elements} in this manifest.`, {
    remedy: 'Give an element from 0, and as many elements as the command that wrote the script.',
    fields: { element, elements },
  });
}
