import { describe, expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { notebookSchema, textOf, titleOf, type Notebook } from '../../notebooks/runner/notebook.js';
import { faultsOf } from './cell-rules.js';

const FOLDER = fileURLToPath(new URL('../../notebooks', import.meta.url));
const NAMES = readdirSync(FOLDER).filter((name) => name.endsWith('.ipynb'));

function read(name: string): Notebook {
  return notebookSchema.parse(JSON.parse(readFileSync(path.join(FOLDER, name), 'utf8')));
}

test('there are five notebooks', () => {
  expect(NAMES).toEqual([
    '1-sde-of-adversarial-sgd.ipynb',
    '2-weak-error.ipynb',
    '3-robustness-as-gradient-flow.ipynb',
    '4-adaptive-against-fixed-rates.ipynb',
    '5-adversarial-sgd-with-a-memory.ipynb',
  ]);
});

describe.each(NAMES)('%s', (name) => {
  const notebook = read(name);
  const code = notebook.cells.filter((cell) => cell.cell_type === 'code');
  const prose = notebook.cells.filter((cell) => cell.cell_type === 'markdown').map(textOf);

  test('is of the format 4.5, for the kernel of Deno, each cell with an id of its own', () => {
    expect(notebook.metadata.kernelspec.name).toBe('deno');
    const ids = notebook.cells.map(({ id }) => id);
    expect(ids).toEqual([...new Set(ids)]);
  });

  test('is stored without outputs', () => {
    expect(code.filter(({ outputs, execution_count: count }) => outputs.length > 0 || count !== null)).toEqual([]);
  });

  test('holds calls and no logic', () => {
    expect(code.flatMap((cell) => faultsOf(textOf(cell)).map((fault) => `${cell.id}: ${fault}`))).toEqual([]);
  });

  test('explains: prose comes first and last, and there is as much of it as of code', () => {
    expect(titleOf(notebook)).not.toBe('notebook');
    expect([notebook.cells[0], notebook.cells.at(-1)!].map((cell) => cell.cell_type)).toEqual(['markdown', 'markdown']);
    expect(prose.length).toBeGreaterThanOrEqual(code.length);
  });

  test("names the paper, its claims beside what shows them, and what is this project's own", () => {
    const all = prose.join('\n');
    expect(all).toContain('arXiv 2105.08037 v1');
    expect(all).toMatch(/this\s+project's own/);
    expect(prose.at(-1)).toMatch(/^## What was shown\n\n\| claim(?: of the paper)? \| where \| what was seen \|/);
  });
});

describe('the rules of a cell', () => {
  test('let imports, constants, literals and calls pass', () => {
    const cell =
      "import { a } from 'b';\nconst { c: [d], e } = await a({ f: [1 / 40, -2], ...g });\nawait d(...e, 'h');";
    expect(faultsOf(cell)).toEqual([]);
  });

  test.each([
    ['for (const a of b) c(a);', 'ForOfStatement'],
    ['if (a) b();', 'IfStatement'],
    ['const a = b ? 1 : 2;', 'ConditionalExpression'],
    ['a.map((b) => c(b));', 'ArrowFunction'],
    ['function a() {}', 'FunctionDeclaration'],
    ['let a = 1;', 'a variable that may change'],
    ['const a = b * 2;', 'arithmetic on more than numbers'],
    ['a = 1;', 'arithmetic on more than numbers'],
    ['const a = `${b}`;', 'TemplateExpression'],
    ['a();\n'.repeat(41), 'more than 40 lines'],
  ])('refuse %j', (cell, fault) => {
    expect(faultsOf(cell)).toContain(fault);
  });
});
