import js from '@eslint/js';
import tseslint from 'typescript-eslint';

const noMathRandom = {
  'no-restricted-properties': [
    'error',
    {
      object: 'Math',
      property: 'random',
      message: 'Randomness comes from the named, seeded streams of src/math/random.ts.',
    },
  ],
};

export default tseslint.config(
  {
    ignores: [
      'dist',
      'solvers/dist',
      'node_modules',
      'coverage',
      'runs',
      '.cache',
      '**/*.d.ts',
      '**/assembly',
      'solvers/kernels/wasm/generated.ts',
      'src/training/engines/fused/generated.ts',
    ],
  },
  js.configs.recommended,
  ...tseslint.configs.strict,
  {
    rules: {
      ...noMathRandom,
      eqeqeq: 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      // An index or a field that is known to be there is marked with `!`.
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-dynamic-delete': 'off',
      '@typescript-eslint/no-empty-function': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // Expressions are compiled from their syntax tree to a plain function.
      '@typescript-eslint/no-implied-eval': 'off',
    },
  },
  {
    files: ['**/*.{js,mjs}'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        URL: 'readonly',
        Buffer: 'readonly',
        setTimeout: 'readonly',
      },
    },
  },
);
