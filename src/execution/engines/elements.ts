import { allTasks, type ManifestTask, type OpenManifest } from '../manifest/manifest.js';
import { isFinished } from '../manifest/task-result.js';

/** One element of an array: tasks that need nothing of any other element, by index and in an order that puts needs first. */
export interface Element {
  readonly number: number;
  readonly tasks: readonly number[];
  readonly cost: number;
}

/**
 * Deals the lanes of a manifest to elements: the longest lanes first, back and forth over the elements, so that their costs are
 * close. A pure function of the manifest and the number of elements.
 *
 * @param elements - at least 1; no more are made than there are lanes
 */
export function dealtElements(manifest: OpenManifest, elements: number): Element[] {
  const tasks = allTasks(manifest);
  const lanes = byLane(tasks, manifest.header.lanes);
  const count = Math.max(1, Math.min(elements, lanes.length));
  const order = [...lanes.keys()].sort((a, b) => lanes[b].cost - lanes[a].cost || a - b);
  const dealt = Array.from({ length: count }, () => ({ tasks: [] as number[], cost: 0 }));
  order.forEach((lane, i) => {
    const [round, place] = [Math.floor(i / count), i % count];
    const element = dealt[round % 2 === 0 ? place : count - 1 - place];
    element.tasks.push(...lanes[lane].tasks);
    element.cost += lanes[lane].cost;
  });
  return dealt.map((element, number) => ({
    number,
    cost: element.cost,
    tasks: element.tasks.sort((a, b) => tasks[a].depth - tasks[b].depth || a - b),
  }));
}

/** Whether any task of an element, of one depth or of all, has no result yet. */
export function isOpen(folder: string, manifest: OpenManifest, { tasks }: Element, depth?: number): boolean {
  return tasks.some((i) => {
    const task = manifest.task(i);
    return (depth === undefined || task.depth === depth) && !isFinished(folder, task);
  });
}

function byLane(tasks: readonly ManifestTask[], count: number): { tasks: number[]; cost: number }[] {
  const lanes = Array.from({ length: count }, () => ({ tasks: [] as number[], cost: 0 }));
  tasks.forEach(({ lane, cost }, i) => {
    lanes[lane].tasks.push(i);
    lanes[lane].cost += cost;
  });
  return lanes;
}
