import tseslint from 'typescript-eslint';

const remedy = (floor) =>
  `${floor} decides from what it is handed, so that the same seed gives the same run: take it as a parameter.`;

export default tseslint.config(
  { ignores: ['dist/**', '.cache/**', 'node_modules/**', 'tools/**', 'schemas/**', 'coverage/**', 'docs/**'] },
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [...tseslint.configs.strictTypeChecked, ...tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/ban-ts-comment': ['error', { minimumDescriptionLength: 10 }],
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'Name what you export: one idea, one name.' },
        { selector: 'TSEnumDeclaration', message: 'Use a union of string literals.' },
      ],
      'no-restricted-imports': [
        'error',
        {
          paths: [
            {
              name: 'zod',
              importNames: ['z', 'default'],
              message: "Use `import * as z from 'zod'`: the named import bundles every locale.",
            },
          ],
        },
      ],
      // `({ minutes: _left, ...rest }) => rest` is how a key is left out.
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true }],
      eqeqeq: 'error',
    },
  },
  {
    // mocha's chai-free assertions and fakes are allowed to be async without awaiting.
    files: ['test/**/*.ts', 'bench/**/*.ts'],
    rules: {
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/explicit-module-boundary-types': 'off',
    },
  },
  {
    files: ['src/engine/{optimizers,tournament,evaluation,statistics}/**/*.ts'],
    // A thread of its own, which holds the clock that a script of the user's is stopped by.
    ignores: ['src/engine/evaluation/sandbox-worker.ts'],
    rules: {
      'no-restricted-globals': [
        'error',
        ...['Date', 'process', 'setTimeout', 'setInterval', 'setImmediate', 'fetch', 'performance'].map((name) => ({
          name,
          message: remedy('This floor'),
        })),
      ],
      'no-restricted-properties': ['error', { object: 'Math', property: 'random', message: remedy('This floor') }],
    },
  },
  {
    files: ['src/engine/**/*.ts', 'src/cli/**/*.ts', 'src/protocol/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          paths: [
            { name: 'vscode', message: 'Only src/extension knows VS Code: hand the engine a small object instead.' },
          ],
        },
      ],
    },
  },
);
