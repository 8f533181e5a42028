import { readFileSync } from 'node:fs';
import path from 'node:path';
import prettier from 'prettier';
import type { Study } from '../recommended/report.js';
import { PACKAGE_ROOT } from '../../src/version.js';
import { rowsOf } from './comparison.js';
import { figureText } from './figure.js';
import { tableText } from './table.js';

const BEGIN = '<!-- table recommended: npm run readme -->';
const END = '<!-- end table -->';

/** README's table and picture, from the stored study. */
export async function readmeParts(): Promise<{ readonly readme: string; readonly figure: string }> {
  const file = path.join(PACKAGE_ROOT, 'benchmarks', 'recommended', 'results', 'recommended.results.json');
  const rows = rowsOf(JSON.parse(readFileSync(file, 'utf8')) as Study);
  const readme = readFileSync(path.join(PACKAGE_ROOT, 'README.md'), 'utf8');
  const [before, after] = [readme.indexOf(BEGIN) + BEGIN.length, readme.indexOf(END)];
  const whole = `${readme.slice(0, before)}\n\n${tableText(rows)}\n\n${readme.slice(after)}`;
  const options = await prettier.resolveConfig(path.join(PACKAGE_ROOT, 'README.md'));
  return { readme: await prettier.format(whole, { ...options, parser: 'markdown' }), figure: figureText(rows) };
}
