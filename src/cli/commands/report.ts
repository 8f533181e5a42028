import path from 'node:path';
import { runStage } from '../../execution/stage.js';
import { text } from '../../execution/stage-options.js';
import { defineCommand } from '../command.js';
import { REPORT } from '../stages.js';

export const report = defineCommand({
  ...REPORT,
  options: { out: text('<folder>', REPORT.options.out.help) },
  run: ({ resultsPath, out = path.dirname(resultsPath) }, context) => runStage(REPORT, { resultsPath, out }, context),
});
