import path from 'node:path';
import { PACKAGE_ROOT } from '../src/version.js';

/** Path of what lies in `benchmarks` uncompiled (C++, settings, results), for the sources and for `dist` alike. */
export function benchmarkFile(name: string): string {
  return path.join(PACKAGE_ROOT, 'benchmarks', name);
}
