import { defineConfig } from 'vitest/config';

/** Their tests open the embedded engine, which binds one data directory per process. */
const ENGINE = ['src/{enrich,loader,query,store}/**/*.test.ts'];

export default defineConfig({
  test: {
    globalSetup: ['test/support/unpack-browser.ts'],
    testTimeout: 60_000,
    // The first server after an installation reads its engine from a cold disk: 11 s were seen for that alone.
    hookTimeout: 120_000,
    pool: 'forks',
    // Three take a seventh less time, but the servers of the fault tests miss their moments then.
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
