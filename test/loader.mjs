import { fileURLToPath } from 'node:url';

// TypeScript on the fly, and `@jest/globals` by the tsconfig of the tests.
process.env.TSX_TSCONFIG_PATH = fileURLToPath(new URL('./tsconfig.json', import.meta.url));
await import('tsx');
