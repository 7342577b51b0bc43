/** A server without a project is of no use: the first start makes one, with a key that has every scope. */

import { writeFile } from 'node:fs/promises';
import { readProjectId } from './canonical/ids.ts';
import type { Config } from './config.ts';
import { type Project, type Registry, SCOPES } from './registry/registry.ts';

/** Where the CLI looks unless it is told otherwise. */
export const DEFAULT_URL = 'http://127.0.0.1:4320';

export interface FirstProject {
  readonly projectId: string;
  /** `undefined` when the operator gave it: then it is nowhere shown. */
  readonly key: string | undefined;
}

export async function firstStart(
  config: Config,
  registry: Registry,
  credentialsPath: string,
): Promise<FirstProject | undefined> {
  const [existing, ...others] = await registry.listProjects();
  // A project without any key is what a first start leaves that was killed half-way.
  const isUnfinished =
    existing !== undefined && others.length === 0 && (await registry.listKeys(existing.id)).length === 0;
  if (existing !== undefined && !isUnfinished) return undefined;
  const id = config.initProjectId === undefined ? undefined : readProjectId(config.initProjectId);
  const project = existing ?? (await registry.createProject('default', id));
  await noteFirstStart(registry, project);
  if (config.initSecretKey !== undefined) {
    await registry.importKey(project.id, config.initSecretKey, 'first key', SCOPES);
    return { projectId: project.id, key: undefined };
  }
  const { secret } = await registry.createKey(project.id, 'first key', SCOPES);
  try {
    // So that the CLI works at once beside the server. Who can read this file can read the data itself.
    await writeFile(credentialsPath, `${JSON.stringify({ key: secret }, null, 2)}\n`, { mode: 0o600, flush: true });
  } catch {
    // Only a convenience: the key is printed all the same.
  }
  return { projectId: project.id, key: secret };
}

/** Before the key is made: whoever looks later sees where it came from. */
async function noteFirstStart({ audit }: Registry, { id, name }: Project): Promise<void> {
  const subject = { projectId: id, name };
  const detail = { key: 'first key', scopes: [...SCOPES] };
  const entry = { projectId: id, action: 'first start', subject, detail, actor: null, address: '' };
  await audit.end(await audit.begin(entry), { status: 201 });
}

/** What the first start prints: every line can be pasted. */
export function welcome(url: string, { projectId, key }: FirstProject): string {
  if (key === undefined) return `Project ${projectId} was created with the given key.\n`;
  const event = JSON.stringify({
    event_id: 'my-first-call',
    event_type: 'chat.completions.create.after',
    provider: 'openai',
    model: 'gpt-4o-mini',
    elapsed_ms: 820.5,
    prompt_tokens: 12,
    completion_tokens: 3,
  });
  return [
    'This is the first start: a project was created.',
    '',
    `  project id   ${projectId}`,
    `  key          ${key}`,
    '',
    'The key is not shown again. Send a first event:',
    '',
    `  curl -X POST ${url}/weflayr/${projectId}/ -H 'Authorization: Bearer ${key}' -H 'Content-Type: application/json' -d '${event}'`,
    '',
    'and look at it, in the browser or here:',
    '',
    // What stands behind # is sent to nobody; the page takes it out of the address.
    `  ${url}/sign-in#${encodeURIComponent(key)}`,
    `  npx tributary traces${url === DEFAULT_URL ? '' : ` --url ${url}`}`,
    '',
  ].join('\n');
}
