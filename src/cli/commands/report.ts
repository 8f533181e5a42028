import path from 'node:path';
import { statSync } from 'node:fs';
import { runStage } from '../../execution/stage.js';
import { text } from '../../execution/stage-options.js';
import { defineCommand, requireGiven } from '../command.js';
import { REPORT } from '../stages.js';

export const report = defineCommand({
  ...REPORT,
  options: { ...REPORT.options, out: text('<folder>', REPORT.options.out.help) },
  examples: ['report runs/quickstart', 'report runs/a/results.json --format md'],
  run: ({ paths, out, ...given }, context) => {
    const own = paths.length === 1 ? folderOf(paths[0]) : undefined;
    const folder = requireGiven(out ?? own, '--out FOLDER');
    return runStage(REPORT, { ...given, paths, out: folder }, context);
  },
});

/** A folder's report goes into it, a file's beside it. */
function folderOf(place: string): string {
  return statSync(place, { throwIfNoEntry: false })?.isDirectory() === true ? place : path.dirname(place);
}
