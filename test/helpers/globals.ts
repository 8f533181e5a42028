import type * as Globals from '@jest/globals';

const globals = globalThis as unknown as typeof Globals;

/** What `@jest/globals` stands for under a runner without a virtual environment, where it cannot be imported. */
export const afterAll: typeof Globals.afterAll = globals.afterAll;
export const afterEach: typeof Globals.afterEach = globals.afterEach;
export const beforeAll: typeof Globals.beforeAll = globals.beforeAll;
export const beforeEach: typeof Globals.beforeEach = globals.beforeEach;
export const describe: typeof Globals.describe = globals.describe;
export const expect: typeof Globals.expect = globals.expect;
export const it: typeof Globals.it = globals.it;
export const test: typeof Globals.test = globals.test;
