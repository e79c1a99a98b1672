/** @jest-config-loader esbuild-register */
import type { Config } from 'jest';

const config: Config = {
  testEnvironment: 'node',
  testTimeout: 20_000,
  roots: ['packages', 'examples', 'conformance', 'interop', 'test'].map((folder) => `<rootDir>/${folder}`),
  testMatch: [
    '<rootDir>/packages/*/test/**/*.test.ts',
    '<rootDir>/examples/**/test/**/*.test.ts',
    '<rootDir>/conformance/test/**/*.test.ts',
    '<rootDir>/interop/test/**/*.test.ts',
    '<rootDir>/test/**/*.test.ts',
  ],
  // Build results hold a second copy of every module; only child processes of a test may load them.
  modulePathIgnorePatterns: ['<rootDir>/(packages/[^/]+|examples|benchmarks)/dist/'],
  moduleFileExtensions: ['ts', 'js', 'mjs', 'cjs', 'json', 'node'],
  moduleNameMapper: {
    '^@sluice/(core|codec|handlers|testing)$': '<rootDir>/packages/$1/src/index.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  // Transpiles file by file, without types: `npm run typecheck` is what checks the tests' types.
  // The options are given here and not in a file so that ts-jest need not search the repository for its inputs.
  transform: {
    '^.+\\.ts$': [
      'ts-jest',
      {
        tsconfig: {
          target: 'es2022',
          module: 'commonjs',
          moduleResolution: 'bundler',
          isolatedModules: true,
          esModuleInterop: true,
          useDefineForClassFields: true,
          sourceMap: true,
          inlineSources: true,
        },
      },
    ],
  },
  cacheDirectory: '<rootDir>/node_modules/.cache/jest',
  watchman: false,
  collectCoverageFrom: ['packages/*/src/**/*.ts'],
};

export default config;
