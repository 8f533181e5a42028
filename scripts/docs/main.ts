import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { PACKAGE_ROOT } from '../../src/version.js';
import { commandsPage } from './commands.js';
import { filePages } from './files.js';

/** Writes the reference pages, from the help of the commands and from the schemas. */
const folder = path.join(PACKAGE_ROOT, 'docs', 'reference');
mkdirSync(folder, { recursive: true });
for (const [name, text] of Object.entries({ 'commands.md': commandsPage(), ...filePages() })) {
  writeFileSync(path.join(folder, name), text);
}
