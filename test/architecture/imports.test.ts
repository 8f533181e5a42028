import { describe, expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Modules by level, lowest first: each may import from lower levels and from itself, never from its peers. */
const LEVELS: readonly (readonly string[])[] = [
  [
    'src/errors',
    'src/version',
    'src/canonical-json',
    'src/in-turn',
    'src/json',
    'src/json-scan',
    'src/json-text',
    'src/standard-input',
  ],
  ['src/math', 'src/filesystem', 'src/family', 'src/run-mismatch'],
  ['src/formats'],
  ['src/artifacts/shared', 'src/networks'],
  ['src/losses', 'src/closures'],
  ['src/attacks', 'src/measurements'],
  ['solvers', 'src/artifacts', 'src/execution'],
  ['src/controls', 'src/statistics'],
  ['src/extend'],
  ['src/workloads', 'src/schedules', 'src/stopping'],
  ['src/training', 'src/policy'],
  ['src/import'],
  ['src/pilot', 'src/sde', 'src/estimation', 'scripts/command'],
  ['src/synthesis', 'scripts/native', 'scripts/nodes'],
  ['src/benchmark', 'src/receding', 'src/report'],
  ['src/study'],
  ['benchmarks'],
  ['scripts'],
  ['src/cli'],
  ['src/index'],
];

/**
 * Folders and files inside a module by level, lowest first, as `LEVELS` has the modules: so none of them are a circle. Of a
 * family '*' are its members: every file of the folder that stands nowhere else, each a peer of the others.
 */
const NESTED: Readonly<Record<string, readonly (readonly string[])[]>> = {
  solvers: [
    ['input-issues', 'kernels'],
    ['problem', 'characteristics', 'dynamic-programming', 'linear-quadratic'],
    ['grid'],
    ['covariance'],
    ['discretization'],
    ['minimizer'],
    ['linear-system'],
    ['march'],
    ['closed-loop', 'time-mesh'],
    ['answer', 'density', 'simulation'],
    ['index'],
  ],
  'src/artifacts': [
    ['shared'],
    ['control-problem', 'experiment'],
    ['coefficients', 'sgd-model', 'solution', 'training-log'],
    ['policy'],
    ['results', 'sde-analysis'],
    ['study'],
    ['schemas'],
    ['files', 'log-digest', 'log-rows'],
    ['generate-schemas', 'log-scan', 'run-facts'],
    ['log-file'],
    ['validate'],
  ],
  'src/measurements': [['estimators'], ['measurement'], ['sample-hessian'], ['*'], ['members'], ['index'], ['schemas']],
  'src/attacks': [
    ['attack', 'balls', 'best-of', 'fields', 'kept-fields', 'words'],
    ['projected-ascent', 'random-search', 'scheduled', 'strong'],
    ['*'],
    ['members'],
    ['index'],
    ['kept', 'schemas'],
    ['array-attack', 'controls', 'describe'],
    ['create-attack'],
    ['evaluation'],
  ],
  'src/closures': [
    ['covariance', 'fields', 'initial', 'state-filter'],
    ['closure'],
    ['priors'],
    ['scaling'],
    ['*'],
    ['members'],
    ['index'],
    ['axes', 'schemas'],
  ],
  'src/losses': [['divergence', 'largest-wrong', 'loss'], ['*'], ['members'], ['index'], ['schemas']],
  'src/controls': [['control'], ['scheduled'], ['*'], ['members'], ['index']],
  'src/workloads': [
    ['models'],
    ['tensors', 'workload'],
    ['class-prior', 'data-notes', 'datasets', 'door', 'module-graph', 'workload-check'],
    ['custom'],
    ['try-workload'],
    ['index'],
  ],
  'src/schedules': [
    ['clip', 'contract', 'filters', 'schedule', 'spec'],
    ['along-run', 'clipped', 'named', 'open-loop', 'plateau'],
    ['parse', 'policy'],
    ['export'],
    ['index'],
  ],
  'src/training': [
    [
      'attack-in-force',
      'augmentation',
      'checkpoint-budget',
      'method',
      'partial-masking',
      'policy-mismatch',
      'spending',
    ],
    ['minibatch'],
    ['kept', 'reading', 'run-identity', 'tournament', 'weights'],
    ['peak'],
    ['engines', 'measurements', 'optimizers', 'saved-weights', 'updates', 'worst-case'],
    ['collapse', 'minibatches'],
    ['recovery'],
    ['run-length'],
    ['experiment-record'],
    ['evaluate', 'run-record', 'training-run', 'training-task'],
    ['attack-checks', 'decisions', 'log-header', 'observation'],
    ['stopping'],
    ['checkpoint'],
    ['checkpoints', 'fork'],
    ['trainer'],
    ['train'],
    ['repair', 'task'],
    ['recommended'],
    ['stage'],
  ],
  'src/training/engines': [['choices', 'engine'], ['fused', 'known-loss', 'tfjs'], ['index']],
  'src/import': [
    ['log-reader'],
    ['check', 'column-names', 'epochs', 'imported-log', 'rows', 'source'],
    ['forks', 'identified', 'readers'],
    ['index'],
    ['stage'],
  ],
  'src/sde': [
    ['failures', 'kernel', 'law', 'door-studies', 'restarted-alone'],
    ['expectation', 'loss'],
    ['attack', 'differences', 'rate'],
    ['door', 'faults', 'moments'],
    ['fields'],
    ['drift'],
    ['model'],
    ['effective-loss', 'expansion', 'iteration', 'minibatch', 'observables'],
    ['analysis', 'control', 'simulation'],
    ['long-run', 'robustness', 'weak-order'],
    ['kept'],
    ['studies', 'text'],
    ['stage'],
    ['index'],
  ],
  'src/stopping': [['gap-closure', 'moments'], ['decision', 'plan'], ['index']],
  'src/synthesis': [['control-problem', 'decision', 'problem-file'], ['policy-file'], ['stage']],
  'src/report': [
    ['attack-words', 'client', 'figure', 'objective', 'paired', 'run-record'],
    ['method-table'],
    ['method-style', 'panels', 'shell'],
    ['content', 'figures', 'html'],
    ['advice', 'markdown', 'render', 'solution-arrays'],
    ['pages'],
    ['stage'],
  ],
  'src/cli': [
    [
      'colors',
      'default-folder',
      'engine-probe',
      'options',
      'printable',
      'shell',
      'stages',
      'time-left',
      'narrow-table',
    ],
    ['progress', 'wrap'],
    ['stage-task'],
    ['context'],
    ['command'],
    ['completion-script', 'init-questions'],
    ['commands', 'execute'],
    ['program'],
    ['main'],
  ],
};

/** Stands in a level for the files of a folder that no level names. */
const ANY_OTHER = '*';

interface SourceFile {
  /** Relative to the root of the repository. */
  readonly name: string;
  readonly text: string;
}

interface Import {
  readonly file: string;
  readonly specifier: string;
  readonly isDynamic: boolean;
  readonly isTypeOnly: boolean;
}

const SOURCES: readonly SourceFile[] = ['src', 'solvers', 'benchmarks', 'scripts'].flatMap((folder) =>
  readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))
    .map((name) => ({ name: path.join(folder, name), text: readFileSync(path.join(ROOT, folder, name), 'utf8') })),
);

/** Every import of a file: static, re-exporting, of types, dynamic, and inside a type. */
function importsOf({ name, text }: SourceFile): Import[] {
  const found: Import[] = [];
  const add = (specifier: ts.Node | undefined, isDynamic: boolean, isTypeOnly: boolean): void => {
    if (specifier !== undefined && ts.isStringLiteralLike(specifier)) {
      found.push({ file: name, specifier: specifier.text, isDynamic, isTypeOnly });
    }
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, false, node.importClause?.isTypeOnly ?? false);
    if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, false, node.isTypeOnly);
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
      add(node.arguments[0], true, false);
    if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) add(node.argument.literal, false, true);
    ts.forEachChild(node, visit);
  };
  visit(parse({ name, text }));
  return found;
}

function parse({ name, text }: SourceFile): ts.SourceFile {
  return ts.createSourceFile(name, text, ts.ScriptTarget.ESNext, true);
}

type Levels = readonly (readonly string[])[];

/** The module of a level map that a file belongs to, and its level. */
function moduleOf(file: string, levels: Levels = LEVELS): { name: string; level: number } | undefined {
  const belongs = (name: string): boolean => file === `${name}.ts` || file.startsWith(`${name}/`);
  const level = levels.findIndex((modules) => modules.some(belongs));
  if (level !== -1) return { name: levels[level].find(belongs)!, level };
  const among = levels.findIndex((modules) => modules.includes(`${path.dirname(file)}/${ANY_OTHER}`));
  return among === -1 ? undefined : { name: file.replace(/\.ts$/, ''), level: among };
}

/** The levels inside a module, as paths from the root. */
function levelsInside(module: string): Levels {
  return NESTED[module].map((folders) => folders.map((folder) => `${module}/${folder}`));
}

/** Why an import is not allowed, or null. */
function objection(found: Import): string | null {
  if (!found.specifier.startsWith('.')) return null;
  const target = path.join(path.dirname(found.file), found.specifier).replace(/\.js$/, '.ts');
  const modules = Object.keys(NESTED).filter((name) =>
    [found.file, target].every((file) => file.startsWith(`${name}/`)),
  );
  const reasons = [LEVELS, ...modules.map(levelsInside)].map((levels) => objectionIn(levels, found, target));
  return reasons.find((reason) => reason !== null) ?? null;
}

function objectionIn(levels: Levels, { file, specifier }: Import, target: string): string | null {
  const [from, to] = [moduleOf(file, levels), moduleOf(target, levels)];
  if (from === undefined) return `${file} belongs to no module of the level map`;
  if (to === undefined) return `${file} imports ${specifier}, which belongs to no module of the level map`;
  if (to.level < from.level || to.name === from.name) return null;
  return `${file} imports ${specifier}: ${to.name} is ${to.level === from.level ? 'a peer of' : 'above'} ${from.name}`;
}

/** Whether a file uses Math.random in any form. */
function usesMathRandom(source: SourceFile): boolean {
  const visit = (node: ts.Node): boolean => {
    const isMath = (expression: ts.Node): boolean => ts.isIdentifier(expression) && expression.text === 'Math';
    const isName = (name: ts.Node): boolean =>
      (ts.isIdentifier(name) || ts.isStringLiteralLike(name)) && name.text === 'random';
    if (ts.isPropertyAccessExpression(node) && isMath(node.expression) && isName(node.name)) return true;
    if (ts.isElementAccessExpression(node) && isMath(node.expression) && isName(node.argumentExpression)) return true;
    if (ts.isVariableDeclaration(node) && node.initializer !== undefined && isMath(node.initializer)) return true;
    return ts.forEachChild(node, visit) ?? false;
  };
  return visit(parse(source));
}

const IMPORTS = SOURCES.flatMap(importsOf);

describe('imports', () => {
  test('point downward only, and peers do not import each other', () => {
    expect(IMPORTS.map(objection).filter((sentence) => sentence !== null)).toEqual([]);
  });

  test('every file has a place in the level map', () => {
    expect(SOURCES.map(({ name }) => name).filter((name) => moduleOf(name) === undefined)).toEqual([]);
  });

  test.each(Object.keys(NESTED))('every file of %s has a place in the levels inside it', (module) => {
    const inside = SOURCES.map(({ name }) => name).filter((name) => name.startsWith(`${module}/`));
    expect(inside.length).toBeGreaterThan(0);
    expect(inside.filter((name) => moduleOf(name, levelsInside(module)) === undefined)).toEqual([]);
  });

  const families = Object.keys(NESTED).filter((module) => NESTED[module].flat().includes(ANY_OTHER));
  test.each(families)('every file of %s that no level names is one of its members', (module) => {
    const members = IMPORTS.filter(({ file }) => file === `${module}/members.ts`).map(({ specifier }) =>
      path.join(module, specifier).replace(/\.js$/, '.ts'),
    );
    const anyOther = SOURCES.map(({ name }) => name).filter((name) => {
      const place = name.startsWith(`${module}/`) ? moduleOf(name, levelsInside(module)) : undefined;
      return place !== undefined && NESTED[module][place.level].includes(ANY_OTHER);
    });
    expect(anyOther.sort()).toEqual(members.sort());
  });

  test('mathjs is imported by src/math/expressions.ts alone, and only when it is needed', () => {
    const loading = IMPORTS.filter(({ specifier, isTypeOnly }) => /^mathjs(\/|$)/.test(specifier) && !isTypeOnly);
    expect(loading.filter(({ file, isDynamic }) => file !== 'src/math/expressions.ts' || !isDynamic)).toEqual([]);
  });

  test('the solvers know of nothing in src but math and errors', () => {
    const outside = IMPORTS.filter(({ file }) => file.startsWith('solvers/'))
      .map(({ file, specifier }) => path.join(path.dirname(file), specifier))
      .filter((target) => target.startsWith('src/'));
    expect(outside.filter((target) => !/^src\/(math\/|errors\.js$)/.test(target))).toEqual([]);
  });
});

describe('randomness', () => {
  test('Math.random appears nowhere', () => {
    expect(SOURCES.filter(usesMathRandom).map(({ name }) => name)).toEqual([]);
  });
});

describe('these checks themselves', () => {
  const objections = (name: string, text: string): (string | null)[] => importsOf({ name, text }).map(objection);

  test('see every form of import', () => {
    const text = `import a from './a.js'; import type { B } from './b.js'; export * from './c.js'; export type { D } from './d.js';
      const e = await import('./e.js'); let f: import('./f.js').F; import './g.js';`;
    const seen = importsOf({ name: 'src/math/x.ts', text }).map(({ specifier }) => specifier);
    expect(seen.sort()).toEqual(['./a.js', './b.js', './c.js', './d.js', './e.js', './f.js', './g.js']);
  });

  test('name file and import', () => {
    expect(objections('src/schedules/a.ts', `import type { Train } from '../training/train.js';`)).toEqual([
      'src/schedules/a.ts imports ../training/train.js: src/training is above src/schedules',
    ]);
    expect(objections('src/pilot/a.ts', `await import('../estimation/fit.js');`)).toEqual([
      'src/pilot/a.ts imports ../estimation/fit.js: src/estimation is a peer of src/pilot',
    ]);
    expect(objections('solvers/march/a.ts', `import { x } from '../../src/artifacts/files.js';`)).toEqual([
      'solvers/march/a.ts imports ../../src/artifacts/files.js: src/artifacts is a peer of solvers',
    ]);
    expect(objections('solvers/kernels/a.ts', `import { x } from '../discretization/node-model.js';`)).toEqual([
      'solvers/kernels/a.ts imports ../discretization/node-model.js: solvers/discretization is above solvers/kernels',
    ]);
    expect(objections('src/training/engines/engine.ts', `import { x } from './fused/index.js';`)).toEqual([
      'src/training/engines/engine.ts imports ./fused/index.js: src/training/engines/fused is above src/training/engines/engine',
    ]);
    expect(objections('src/losses/a.ts', `import { x } from './b.js'; import { y } from './loss.js';`)).toEqual([
      'src/losses/a.ts imports ./b.js: src/losses/b is a peer of src/losses/a',
      null,
    ]);
    expect(objections('src/losses/loss.ts', `import { x } from './a.js';`)).toEqual([
      'src/losses/loss.ts imports ./a.js: src/losses/a is above src/losses/loss',
    ]);
    expect(
      objections(
        'src/training/a.ts',
        `import { x } from '../artifacts/files.js'; import * as tf from '@tensorflow/tfjs';`,
      ),
    ).toEqual([null, null]);
  });

  test('find Math.random in code, not in comments', () => {
    const uses = (text: string): boolean => usesMathRandom({ name: 'x.ts', text });
    expect(uses('const x = Math.random();')).toBe(true);
    expect(uses(`const x = [1].map(Math['random']);`)).toBe(true);
    expect(uses('const { random } = Math;')).toBe(true);
    expect(uses('/** never Math.random */ const x = Math.max(1, 2);')).toBe(false);
  });
});
