import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    globalSetup: ['test/support/unpack-browser.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // chDB binds one data directory per process.
    pool: 'forks',
    maxWorkers: 2,
  },
});
