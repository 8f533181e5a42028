import { describe, expect, test } from '@jest/globals';
import { HjbLrError } from '../../../src/errors.js';
import type { MachineFacts } from '../../../scripts/native/facts.js';
import { missing, requireEverything } from '../../../scripts/native/requirements.js';

const COMPLETE: MachineFacts = {
  ...{ platform: 'linux', arch: 'x64', glibc: '2.36', avx: true, python: true, pip: ['pip'] },
  ...{ compiler: true, standard: 'gnu++17', make: true, headers: '/usr', free: { modules: 2e9, temporary: 1e9 } },
  refusals: { tfjsNode: null, headers: null, wheel: null },
};

const paths = (facts: Partial<MachineFacts>): string[] => missing({ ...COMPLETE, ...facts }).map(({ path }) => path);

describe('what the native engine needs', () => {
  test('a complete machine lacks nothing', () => {
    expect(missing(COMPLETE)).toEqual([]);
    expect(() => requireEverything(COMPLETE)).not.toThrow();
  });

  test.each<[string, Partial<MachineFacts>, string]>([
    ['a Mac', { platform: 'darwin', arch: 'arm64', glibc: null }, 'machine,C library'],
    ['musl', { glibc: null }, 'C library'],
    // 2.9 < 2.17 as versions, not as numbers.
    ['an old glibc', { glibc: '2.9' }, 'C library'],
    ['a processor without AVX', { avx: false }, 'processor'],
    ['no Python', { python: false, pip: null }, 'python3,pip'],
    ['no compiler', { compiler: false, make: false }, 'compiler,make'],
    ['1.4 GB', { free: { modules: 1.4e9, temporary: 1e9 } }, 'disk'],
    ['a full folder for temporary files', { free: { modules: 2e9, temporary: 0 } }, 'disk'],
    ['no network', { refusals: { tfjsNode: 'x', headers: 'y', wheel: 'z' } }, 'npm,headers,tensorflow'],
  ])('%s', (_, facts, expected) => {
    expect(paths(facts).join()).toBe(expected);
  });

  test('glibc 2.17 and later ones are enough', () => {
    expect(paths({ glibc: '2.17' })).toEqual([]);
    expect(paths({ glibc: '3.0' })).toEqual([]);
  });

  test('all of it is said at once, each with its remedy', () => {
    const facts = { ...COMPLETE, python: false, make: false, refusals: { ...COMPLETE.refusals, wheel: 'timed out' } };
    let error: unknown;
    try {
      requireEverything(facts);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(HjbLrError);
    expect((error as HjbLrError).describe().split('\n')).toEqual([
      'The native engine cannot be built here. What is missing:',
      '  - python3: Python 3: install python3',
      '  - make: make: install make',
      expect.stringMatching(/tensorflow-cpu==[\d.]+ from the index \(timed out\): check the network/),
      'Put these right and run npm run native again. The other engines run without it.',
    ]);
  });
});
