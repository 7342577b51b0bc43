// Adds entries for chDB's packages of other platforms where the registry that wrote the lockfile did not list them:
// `npm ci` refuses a lockfile that misses an optional dependency (toolchain fact, npm 11).
import { readFileSync, writeFileSync } from 'node:fs';

const path = new URL('../package-lock.json', import.meta.url);
const lock = JSON.parse(readFileSync(path, 'utf8'));
const wanted = lock.packages['node_modules/chdb'].optionalDependencies;
for (const [name, version] of Object.entries(wanted)) {
  const platform = /lib-(darwin|linux)-(arm64|x64)/.exec(name);
  if (platform === null) throw new Error(`an unknown platform package: ${name}`);
  lock.packages[`node_modules/${name}`] ??= { version, optional: true, os: [platform[1]], cpu: [platform[2]] };
}
const sorted = Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1));
writeFileSync(path, `${JSON.stringify({ ...lock, packages: Object.fromEntries(sorted) }, null, 2)}\n`);
