import { argument } from '../../execution/stage-options.js';
import { defineCommand } from '../command.js';

export const collect = defineCommand({
  description: 'results.json and study.md of a study whose tasks have been run elsewhere',
  input: { folder: argument('<folder>', 'folder of the study') },
  options: {},
  examples: ['collect runs/study'],
  run: async ({ folder }) => {
    const { collectFolder } = await import('../../study/folder.js');
    const { summaryLines } = await import('../../study/summary.js');
    const { results, artifacts } = await collectFolder(folder);
    return { artifacts, summary: summaryLines(results), result: { runs: results.runs.length } };
  },
});
