import type * as Globals from '@jest/globals';

/** What `@jest/globals` stands for under a runner without a virtual environment, where it cannot be imported. */
export const { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, test } =
  globalThis as unknown as typeof Globals;
