import { defineConfig } from 'vitest/config';

/** Their tests open the embedded engine, which binds one data directory per process. */
const ENGINE = ['src/{enrich,loader,query,store}/**/*.test.ts'];

export default defineConfig({
  test: {
    globalSetup: ['test/support/unpack-browser.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: 'forks',
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        // Nothing here is kept between files, so that two processes do for all of them: half the time (measured).
        test: { name: 'modules', include: ['src/**/*.test.ts'], exclude: ENGINE, isolate: false },
      },
      { extends: true, test: { name: 'server', include: [...ENGINE, 'test/**/*.test.ts'] } },
    ],
  },
});
