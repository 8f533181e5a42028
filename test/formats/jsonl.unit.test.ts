import { describe, expect, test } from '@jest/globals';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { openJsonlAppender, parseJsonLine } from '../../src/formats/jsonl.js';
import { lineBatches, type Line } from '../../src/formats/lines.js';
import { temporaryFolder } from '../helpers/temporary-folder.js';

async function linesOf(file: string): Promise<Line[]> {
  const lines: Line[] = [];
  for await (const batch of lineBatches(file)) lines.push(...batch);
  return lines;
}

describe('JSON lines', () => {
  test('are read whole, and what was cut off apart', async () => {
    const file = path.join(await temporaryFolder(), 'rows.jsonl');
    await writeFile(file, '{"a":1}\n\n{"b');
    expect(await linesOf(file)).toEqual([
      { text: '{"a":1}', number: 1, isWhole: true },
      { text: '', number: 2, isWhole: true },
      { text: '{"b', number: 3, isWhole: false },
    ]);
  });

  test('are appended in order, whatever the batches, and get their name at the end', async () => {
    const folder = await temporaryFolder();
    const appender = await openJsonlAppender(path.join(folder, 'growing'));
    const rows = Array.from({ length: 250 }, (_, i) => ({ i }));
    for (const row of rows) await appender.append(row);
    await appender.finish('last', path.join(folder, 'whole'));
    const lines = await linesOf(path.join(folder, 'whole'));
    expect(lines.map(({ text, number }) => parseJsonLine(text, 'whole', number))).toEqual([...rows, 'last']);
    expect(lines.every(({ isWhole }) => isWhole)).toBe(true);
  });

  test('appear on disk when they are flushed', async () => {
    const file = path.join(await temporaryFolder(), 'growing');
    const appender = await openJsonlAppender(file);
    await appender.append([1]);
    await appender.flush();
    expect(await readFile(file, 'utf8')).toBe('[1]\n');
    await appender.close();
  });

  test('that are not JSON are named with their number', () => {
    expect(() => parseJsonLine('{', 'rows.jsonl', 3)).toThrow(/rows\.jsonl, line 3, is not JSON/);
  });
});
