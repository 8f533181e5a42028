import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { commandsPage } from '../../scripts/docs/commands.js';
import { PACKAGE_ROOT } from '../../src/version.js';
import { blocksOf, pages, type Block } from '../helpers/pages.js';
import { temporaryFolder } from '../helpers/temporary-folder.js';

const PROGRAM = path.join(PACKAGE_ROOT, 'dist', 'src', 'cli', 'main.js');

/** The pages with commands, each executed in an empty folder of its own, block after block, as a reader would. */
const PAGES = pages().filter((page) => blocksOf(page).some(isExecuted));

describe.each(PAGES)('%s', (page) => {
  test('does what it says', async () => {
    const place = await temporaryFolder();
    const env = { ...process.env, PATH: `${withCommand(place)}${path.delimiter}${process.env['PATH']}` };
    let printed = '';
    for (const block of blocksOf(page)) {
      const file = /^file (\S+)$/.exec(block.directive ?? '')?.[1];
      if (file !== undefined) writeFileSync(path.join(place, file), block.text);
      if (isExecuted(block)) {
        printed = execFileSync('bash', ['-euc', block.text], { cwd: place, encoding: 'utf8', env });
      }
      if (block.directive === 'printed')
        for (const line of linesOf(block.text)) expect(linesOf(printed)).toContain(line);
    }
  }, 300_000);
});

test('docs/reference/commands.md is what the commands print (npm run docs:reference)', () => {
  expect(readFileSync(path.join(PACKAGE_ROOT, 'docs', 'reference', 'commands.md'), 'utf8')).toBe(commandsPage());
}, 60_000);

function isExecuted({ language, directive }: Block): boolean {
  return language === 'sh' && !(directive ?? '').startsWith('not executed');
}

/** A folder with `hjb-lr` in it, as an installed package has it. */
function withCommand(place: string): string {
  const bin = path.join(place, 'bin');
  mkdirSync(bin, { recursive: true });
  const command = path.join(bin, 'hjb-lr');
  writeFileSync(command, `#!/bin/sh\nexec "${process.execPath}" "${PROGRAM}" "$@"\n`);
  chmodSync(command, 0o755);
  return bin;
}

const linesOf = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
