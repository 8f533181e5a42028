import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const TOOL = 'hjb-lr';

/** The folder that holds package.json: the same for the sources, for `dist` and for an installed package. */
export const PACKAGE_ROOT: string = packageRoot(path.dirname(fileURLToPath(import.meta.url)));

export const TOOL_VERSION: string = (
  JSON.parse(readFileSync(path.join(PACKAGE_ROOT, 'package.json'), 'utf8')) as { version: string }
).version;

function packageRoot(folder: string): string {
  try {
    const { name } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as { name?: string };
    if (name === TOOL) return folder;
  } catch {
    // no package.json here: look one level up
  }
  return packageRoot(path.dirname(folder));
}
