const base = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  setupFiles: ['<rootDir>/test/helpers/seeded-properties.ts'],
  modulePathIgnorePatterns: ['<rootDir>/solvers/dist'],
};

// Every test file in a context and with modules of its own.
const virtual = {
  ...base,
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    '^.+\\.ts$': ['ts-jest', { useESM: true, tsconfig: 'tsconfig.json', diagnostics: false, transpilation: true }],
  },
};

// Bare Node with one module graph for all files of a worker: half the time of a context for each file, in which numerics are slow too.
const bare = { ...base, runner: 'jest-light-runner/child-process', transform: {} };

// These change what a process has once, its families or its back end of tfjs, and have processes of their own.
const ALONE = {
  families: 'test/extending/extending.unit.test.ts',
  controls: 'test/extending/control.unit.test.ts',
  readers: 'test/extending/log-reader.unit.test.ts',
  backend: 'test/training/engines/engine.unit.test.ts',
};

const isLoaded = process.execArgv.some((argument) => argument.includes('test/loader.mjs'));
if (process.argv.includes('default') && !isLoaded) {
  throw new Error(
    'Tests need their loader: node --import ./test/loader.mjs node_modules/jest/bin/jest.js --selectProjects default ...',
  );
}

// default, families, backend: Node alone, no network. full: what needs more (browser, kill matrices, packed install). ci: a fixed part of full.
export default {
  coverageProvider: 'v8',
  // Both cores at work: a test that takes a second alone may take many. (Jest ignores it inside a project.)
  testTimeout: 60_000,
  maxWorkers: '100%',
  projects: [
    {
      ...bare,
      displayName: 'default',
      testMatch: ['<rootDir>/test/**/*.test.ts'],
      testPathIgnorePatterns: ['/test/full/', ...Object.values(ALONE)],
    },
    ...Object.entries(ALONE).map(([displayName, file]) => ({ ...bare, displayName, testMatch: [`<rootDir>/${file}`] })),
    { ...virtual, displayName: 'ci', testMatch: ['<rootDir>/test/full/**/*.ci.test.ts'] },
    {
      ...virtual,
      displayName: 'full',
      testMatch: ['<rootDir>/test/full/**/*.test.ts'],
      testPathIgnorePatterns: ['\\.ci\\.test\\.ts$'],
    },
  ],
};
