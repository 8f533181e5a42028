import { readFileSync } from 'node:fs';
import path from 'node:path';
import { PACKAGE_ROOT } from '../../src/version.js';

export const TFJS_NODE = '@tensorflow/tfjs-node';

/** The wheel that the native library comes from: any Python can fetch it, none needs to run it. */
export const TENSORFLOW = {
  requirement: 'tensorflow-cpu==2.15.1',
  sha256: '54660c074d7241a503e81edfd9f5ef5af88f64051b72e2945f26318c790f2d26',
  pythonVersion: '3.11',
  platform: 'manylinux2014_x86_64',
  /** Oldest C library that the platform's tag stands for. */
  glibc: '2.17',
} as const;

/** Which files pip may choose, whatever Python it runs on. */
export const WHEEL_CHOICE: readonly string[] = [
  '--only-binary=:all:',
  `--python-version=${TENSORFLOW.pythonVersion}`,
  `--platform=${TENSORFLOW.platform}`,
];

/** The version of tfjs-node that package.json names. */
export function tfjsNodeVersion(root: string = PACKAGE_ROOT): string {
  const text = readFileSync(path.join(root, 'package.json'), 'utf8');
  const { optionalDependencies } = JSON.parse(text) as { optionalDependencies: Record<string, string> };
  return optionalDependencies[TFJS_NODE];
}
