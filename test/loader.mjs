import { fileURLToPath } from 'node:url';
import { register } from 'tsx/esm/api';

// TypeScript on the fly, and `@jest/globals` by the tsconfig of the tests.
register({ tsconfig: fileURLToPath(new URL('./tsconfig.json', import.meta.url)) });
