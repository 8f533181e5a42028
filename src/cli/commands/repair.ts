import { argument } from '../../execution/stage-options.js';
import type { Repair } from '../../training/repair/index.js';
import { defineCommand, type CommandResult } from '../command.js';

export const repair = defineCommand({
  description: 'remove exactly what is damaged in the folder of a run, so that the same command makes it again',
  input: { folder: argument('<folder>', 'folder of a run') },
  options: {},
  examples: ['repair runs/quickstart'],
  run: async ({ folder }): Promise<CommandResult> => {
    const { repairFolder } = await import('../../training/repair/index.js');
    const done = await repairFolder(folder);
    return { artifacts: [], summary: repairLines(done), result: documentOf(done) };
  },
});

/** What was done, file by file. */
export function repairLines({ removed, restored, missing, rebuilt }: Repair): string[] {
  const lines = [
    ...rebuilt.map((file) => `made again: ${file}`),
    ...removed.map(({ file, reason, lost }) => `removed: ${file}: ${reason}. Lost: ${lost}.`),
    ...restored.map((file) => `put back: ${file}`),
    ...missing.map((file) => `missing: ${file}: the same command makes it again.`),
  ];
  return lines.length === 0 ? ['nothing is damaged'] : lines;
}

function documentOf({ removed, restored, missing, rebuilt }: Repair) {
  const findings = removed.map(({ file, reason, lost }) => ({ file, reason, lost }));
  return { removed: findings, restored: [...restored], missing: [...missing], rebuilt: [...rebuilt] };
}
