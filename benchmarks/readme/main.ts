import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { PACKAGE_ROOT } from '../../src/version.js';
import { readmeParts } from './parts.js';

const { readme, figure } = await readmeParts();
writeFileSync(path.join(PACKAGE_ROOT, 'README.md'), readme);
writeFileSync(path.join(PACKAGE_ROOT, 'docs', 'figures', 'recommended.svg'), figure);
