/**
 * `POST /api/entities/init` and `/v1/agents/init`: an agent's prompt and tools become a version named by their hash
 * (`protocols/whyops.md` 5.1). Registering an older version again finds it: the vendor answers 500 there.
 */

import { createHash } from 'node:crypto';
import { asArray, asObject, at, field, type JsonObject, type JsonValue } from '../../canonical/json.ts';
import type { Directory, Reply } from '../dialect.ts';
import { parseJson } from '../parse-json.ts';

const AGENT_NAME_CHARS_MAX = 255;
const ISSUES_MAX = 100;

interface Issue {
  readonly code: string;
  readonly path: readonly (string | number)[];
  readonly message: string;
}

export async function registerAgent(text: string, directory: Directory): Promise<Reply> {
  const parsed = parseJson(text);
  if (!parsed.ok) return { status: 400, body: { success: false, error: parsed.fault.message } };
  const issues = issuesOf(parsed.value).slice(0, ISSUES_MAX);
  if (issues.length > 0) return { status: 400, body: { success: false, error: { issues, name: 'ZodError' } } };

  const agentName = textAt(parsed.value, 'agentName') ?? '';
  const content = versionContent(parsed.value);
  const versionHash = hashOf(content);
  const agent = await directory.ensureAgent(agentName);
  const version = await directory.ensureAgentVersion(agentName, { name: versionHash, content });
  // Only if the agent was removed in between; the SDKs try again on 503.
  if (version === undefined) return { status: 503, body: { success: false, error: 'The agent is gone, try again' } };
  return {
    status: version.created ? 201 : 200,
    body: {
      success: true,
      agentId: agent.id,
      agentVersionId: version.id,
      status: version.created ? 'created' : 'existing',
      versionHash,
    },
  };
}

/**
 * The version as compact JSON with the vendor's fields in the vendor's order: its hash must be the vendor's, so that
 * versions keep their names after a move. Unknown fields are not part of it.
 */
export function versionContent(body: JsonValue): string {
  const metadata = asObject(at(body, 'metadata'));
  const tools = asArray(field(metadata, 'tools')) ?? [];
  return JSON.stringify({
    systemPrompt: field(metadata, 'systemPrompt'),
    tools: tools.map((tool) => ({
      name: at(tool, 'name'),
      inputSchema: at(tool, 'inputSchema') ?? undefined,
      outputSchema: at(tool, 'outputSchema') ?? undefined,
      description: at(tool, 'description') ?? undefined,
    })),
    description: field(metadata, 'description') ?? undefined,
  });
}

export function hashOf(content: string): string {
  return createHash('sha256').update(content).digest('hex').slice(0, 32);
}

/** A tool needs only its name: the SDKs' types leave the rest optional, and schemas are often objects (5.1, 6). */
function issuesOf(body: JsonValue): Issue[] {
  const object = asObject(body);
  if (object === undefined) return [wrongType([], 'object', body)];
  const metadata = asObject(field(object, 'metadata'));
  const issues = textIssues(object, 'agentName', [], AGENT_NAME_CHARS_MAX);
  if (metadata === undefined) return [...issues, wrongType(['metadata'], 'object', field(object, 'metadata'))];
  issues.push(...textIssues(metadata, 'systemPrompt', ['metadata']));
  const description = field(metadata, 'description') ?? undefined;
  if (description !== undefined && typeof description !== 'string')
    issues.push(wrongType(['metadata', 'description'], 'string', description));
  const tools = field(metadata, 'tools') ?? [];
  if (!Array.isArray(tools)) return [...issues, wrongType(['metadata', 'tools'], 'array', tools)];
  for (const [index, tool] of tools.entries()) {
    const path = ['metadata', 'tools', index];
    const definition = asObject(tool);
    if (definition === undefined) issues.push(wrongType(path, 'object', tool));
    else issues.push(...textIssues(definition, 'name', path));
  }
  return issues;
}

function textIssues(object: JsonObject, name: string, path: readonly (string | number)[], charsMax?: number): Issue[] {
  const value = field(object, name);
  const where = [...path, name];
  if (typeof value !== 'string') return [wrongType(where, 'string', value)];
  if (value === '') return [{ code: 'too_small', path: where, message: 'Must have at least 1 character' }];
  if (charsMax === undefined || value.length <= charsMax) return [];
  return [{ code: 'too_big', path: where, message: `Must have at most ${charsMax} characters` }];
}

function wrongType(path: readonly (string | number)[], expected: string, value: JsonValue | undefined): Issue {
  if (value === undefined) return { code: 'invalid_type', path, message: 'Required' };
  const received = value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;
  return { code: 'invalid_type', path, message: `Expected ${expected}, received ${received}` };
}

function textAt(value: JsonValue, name: string): string | undefined {
  const text = at(value, name);
  return typeof text === 'string' ? text : undefined;
}
