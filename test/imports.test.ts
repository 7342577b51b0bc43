/** The tree is the data flow: a stage may import itself, the shared vocabulary, and what this table says. Nothing else. */

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const SRC = fileURLToPath(new URL('../src', import.meta.url));

/** `.` is the files directly in src/: composition root, configuration, faults, limits. */
const SHARED = ['canonical', './faults', './limits'];
const SEES: Readonly<Record<string, readonly string[]>> = {
  canonical: [],
  dialects: [],
  log: ['dialects'],
  registry: ['dialects'],
  store: [],
  pricing: ['registry'],
  telemetry: ['enrich', 'intake', 'loader', 'log'],
  // Stands between the two: what it takes out, neither the log nor a dialect sees.
  redaction: ['dialects', 'registry'],
  intake: ['dialects', 'log', 'redaction', 'registry', 'telemetry'],
  loader: ['dialects', 'log', 'pricing', 'registry', 'store', 'telemetry'],
  enrich: ['loader', 'pricing', 'registry', 'store', 'telemetry'],
  // The version: a key is told which server it is for.
  query: ['dialects', 'redaction', 'registry', 'pricing', 'store', 'log', 'loader', 'enrich', 'telemetry', './version'],
  // Deletes what was asked for as lists and details show it; waits for the stages that could bring it back.
  retention: ['log', 'query', 'registry', 'store', 'telemetry'],
  // Copies the store, the registry and the log; asks them only where they are.
  backup: ['log', 'query', 'registry', 'store', 'telemetry', './version', './data-directory'],
  // A browser signs in with a key, which only the registry knows; a client that leaves abandons its questions to the store.
  http: ['intake', 'query', 'registry', 'store', 'telemetry', './version'],
  // A client like the vendors' own: it knows the protocols and nothing of the server.
  demo: [],
  cli: [
    'query',
    'demo',
    './compose',
    './config',
    './data-directory',
    './first-start',
    './version',
    'telemetry',
    'registry',
    'backup',
  ],
  web: ['query'],
};

function filesBelow(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name);
    return entry.isDirectory()
      ? filesBelow(path)
      : /\.tsx?$/.test(path) && !/\.(test|contract)\.ts$/.test(path)
        ? [path]
        : [];
  });
}

function importsOf(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  return [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map((match) =>
    resolve(dirname(file), match[1] ?? ''),
  );
}

/** `canonical/json.ts` → `canonical`; `limits.ts` → `./limits`. */
function stageOf(file: string): string {
  const [first = '', ...rest] = relative(SRC, file).split('/');
  return rest.length === 0 ? `./${first.replace(/\.ts$/, '')}` : first;
}

describe('imports', () => {
  const files = filesBelow(SRC);

  it('follow the data flow', () => {
    const wrong = files.flatMap((file) => {
      const stage = stageOf(file);
      if (stage.startsWith('./')) return [];
      const allowed = [stage, ...SHARED, ...(SEES[stage] ?? [])];
      return importsOf(file)
        .filter((target) => !allowed.includes(stageOf(target)))
        .map((target) => `${relative(SRC, file)} → ${relative(SRC, target)}`);
    });
    expect(wrong).toEqual([]);
  });

  it('keep vendors apart: a dialect imports no other', () => {
    const wrong = files
      .filter((file) => stageOf(file) === 'dialects' && relative(SRC, file).split('/').length > 2)
      .flatMap((file) => {
        const folder = dirname(file);
        const shared = ['dialect.ts', 'reader.ts', 'parse-json.ts'].map((name) => join(SRC, 'dialects', name));
        return importsOf(file)
          .filter((target) => stageOf(target) === 'dialects' && dirname(target) !== folder && !shared.includes(target))
          .map((target) => `${relative(SRC, file)} → ${relative(SRC, target)}`);
      });
    expect(wrong).toEqual([]);
  });

  it('bundle nothing of the server: the dashboard knows its types and the shared words only', () => {
    const bundled = files
      .filter((file) => stageOf(file) === 'web')
      .flatMap((file) =>
        [...readFileSync(file, 'utf8').matchAll(/^import (?!type\b)[^;]*?'(\.[^']+)';/gms)]
          .filter(([, target = '']) => !['web', 'canonical'].includes(stageOf(resolve(dirname(file), target))))
          .map(([, target]) => `${relative(SRC, file)} → ${target}`),
      );
    expect(bundled).toEqual([]);
  });

  it('load the native engine in one file', () => {
    const users = files
      .filter((file) => /(?:from|import\()\s*'chdb'/.test(readFileSync(file, 'utf8')))
      .map((file) => relative(SRC, file));
    expect(users).toEqual(['store/chdb/chdb.ts']);
  });

  it('read the environment in one place', () => {
    const readers = files
      .filter((file) => readFileSync(file, 'utf8').includes('process.env'))
      .map((file) => relative(SRC, file));
    expect(readers.filter((file) => !file.startsWith('cli/'))).toEqual([]);
  });
});
