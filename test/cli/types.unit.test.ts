import { describe, expect, test } from '@jest/globals';
import path from 'node:path';
import ts from 'typescript';
import { ROOT } from './command-line.js';

const FIXTURES = path.join(ROOT, 'test/cli/fixtures/types');

/** The fixtures, compiled with the settings of the project. */
function compiled(names: readonly string[]): ts.Program {
  const { config } = ts.readConfigFile(path.join(ROOT, 'tsconfig.json'), ts.sys.readFile) as { config: object };
  const files = names.map((name) => path.join(FIXTURES, name));
  const { options } = ts.parseJsonConfigFileContent({ ...config, include: [], files }, ts.sys, ROOT);
  return ts.createProgram(files, { ...options, noEmit: true });
}

const PROGRAM = compiled(['correct.ts', 'misspelled.ts']);

/** What the compiler says of a fixture: `line: message`. */
function diagnosticsOf(name: string): string[] {
  const source = PROGRAM.getSourceFile(path.join(FIXTURES, name))!;
  return PROGRAM.getSemanticDiagnostics(source).map(({ start = 0, messageText }) => {
    const line = source.text.slice(0, start).split('\n').length;
    return `${line}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
  });
}

describe('the compiler', () => {
  test('accepts the options of stages and commands as they are declared', () => {
    expect(diagnosticsOf('correct.ts')).toEqual([]);
  }, 180_000);

  test('refuses each one that is misspelled, through a variable too', () => {
    const found = diagnosticsOf('misspelled.ts');
    expect(found.map((text) => Number(text.split(':')[0]))).toEqual([11, 14, 18, 20, 25, 28, 34, 37]);
    const [variable, literal, result, engine, union, task, flag, unset] = found;
    expect(union).toContain('polcyPath');
    expect(task).toContain("'sed'");
    expect(variable).toMatch(/shedule|alowMismatch/);
    expect(literal).toContain('saveWeigths');
    expect(result).toContain("'grad_evals'");
    expect(engine).toContain('"steam"');
    expect(flag).toContain("'saveWeigths'");
    expect(unset).toContain("'seed' is possibly 'undefined'");
  }, 180_000);
});
