const base = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  setupFiles: ['<rootDir>/test/helpers/seeded-properties.ts'],
  modulePathIgnorePatterns: ['<rootDir>/solvers/dist'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: { '^.+\\.ts$': ['ts-jest', { useESM: true, tsconfig: 'tsconfig.json', diagnostics: false }] },
};

// default: Node alone, no network. full: what needs more (browser, kill matrices, packed install). ci: a fixed part of full.
export default {
  coverageProvider: 'v8',
  // Both cores at work: a test that takes a second alone may take many. (Jest ignores it inside a project.)
  testTimeout: 60_000,
  maxWorkers: '100%',
  projects: [
    {
      ...base,
      displayName: 'default',
      testMatch: ['<rootDir>/test/**/*.test.ts'],
      testPathIgnorePatterns: ['/test/full/'],
    },
    { ...base, displayName: 'ci', testMatch: ['<rootDir>/test/full/**/*.ci.test.ts'] },
    {
      ...base,
      displayName: 'full',
      testMatch: ['<rootDir>/test/full/**/*.test.ts'],
      testPathIgnorePatterns: ['\\.ci\\.test\\.ts$'],
    },
  ],
};
