import { canonicalJson, sha256 } from '../../canonical-json.js';
import type { Json } from '../../json.js';
import { TOOL_VERSION } from '../../version.js';
import { release } from '../ledger.js';
import type { Manifest, ManifestTask } from './manifest.js';

/** A task before it has its place. */
export interface PlannedTask {
  readonly kind: string;
  readonly label: string;
  /** What the runner reads, by names that the shared part of the manifest explains. */
  readonly input: Json;
  /** All that the result depends on beside the needs: what `input` stands for. */
  readonly content: Json;
  /** Indices that `add` returned. */
  readonly needs: readonly number[];
  readonly cost: number;
}

export interface ManifestBuilder {
  /** @returns the index of the task; a task of the same content is not added twice */
  add(task: PlannedTask): number;
  build(shared: Json): Manifest;
}

/**
 * Collects tasks into a manifest. Tasks have a `depth`, the longest chain of needs below them, and a `lane`: those of one lane are
 * connected by needs, those of two are not, so that lanes may run anywhere in any order.
 *
 * @param runner - what knows how to run them, by name
 */
export function manifestBuilder(runner: string): ManifestBuilder {
  const versions = {
    runner,
    release: release(TOOL_VERSION),
    node: process.version,
    v8: process.versions.v8,
  };
  const tasks: Omit<ManifestTask, 'lane'>[] = [];
  const byId = new Map<string, number>();
  return {
    add({ kind, label, input, content, needs, cost }) {
      const id = sha256(canonicalJson({ ...versions, kind, content, needs: needs.map((i) => tasks[i].id) }, []));
      const known = byId.get(id);
      if (known !== undefined) return known;
      const depth = needs.reduce((most, i) => Math.max(most, tasks[i].depth + 1), 0);
      byId.set(id, tasks.length);
      return tasks.push({ id, kind, label, needs: [...needs], input: input as ManifestTask['input'], cost, depth }) - 1;
    },
    build(shared) {
      const lanes = lanesOf(tasks);
      return {
        header: {
          kind: 'task_manifest',
          schema_version: '1.0.0',
          runner,
          tool_version: TOOL_VERSION,
          node: versions.node,
          v8: versions.v8,
          shared: shared as Manifest['header']['shared'],
          tasks: tasks.length,
          lanes: lanes.reduce((most, lane) => Math.max(most, lane + 1), 0),
          depth: tasks.reduce((most, task) => Math.max(most, task.depth + 1), 0),
        },
        tasks: tasks.map((task, i) => ({ ...task, lane: lanes[i] })),
      };
    },
  };
}

/** Connected components of the needs, numbered by their first task. */
function lanesOf(tasks: readonly Pick<ManifestTask, 'needs'>[]): number[] {
  const parent = tasks.map((_, i) => i);
  const rootOf = (start: number): number => {
    let i = start;
    while (parent[i] !== i) {
      parent[i] = parent[parent[i]];
      i = parent[i];
    }
    return i;
  };
  tasks.forEach(({ needs }, i) => {
    for (const need of needs) {
      const [a, b] = [rootOf(i), rootOf(need)];
      parent[Math.max(a, b)] = Math.min(a, b);
    }
  });
  const numbers = new Map<number, number>();
  return tasks.map((_, i) => {
    const root = rootOf(i);
    if (!numbers.has(root)) numbers.set(root, numbers.size);
    return numbers.get(root)!;
  });
}
