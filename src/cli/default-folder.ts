import path from 'node:path';
import { text } from '../execution/stage-options.js';
import { STANDARD_INPUT } from '../standard-input.js';

/** Above the folders of all runs. */
const RUNS = 'runs';

/** `--out` of a command that has a folder of its own where none is given. */
export const OUT_BY_DEFAULT = text(
  '<folder>',
  'folder for the files that are written; runs/NAME by default, for NAME.json',
);

/** `runs/NAME` for `NAME.json`, with a suffix where a command shares no folder with others. */
export function defaultFolder(file: string, suffix = ''): string {
  const name = file === STANDARD_INPUT ? 'standard-input' : path.basename(file).replace(/\.[^.]+$/, '');
  return path.join(RUNS, `${name}${suffix}`);
}
