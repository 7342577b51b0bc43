/** What a model was called with besides its messages: settings, and the tools that it may call. */

import { Fields, isObject, type JsonObject, member } from './fields.ts';

export interface ToolDefinition {
  readonly name: string;
  readonly description: string | undefined;
  /** A JSON schema, mostly. */
  readonly parameters: unknown;
  readonly rest?: JsonObject | undefined;
}

export interface Params {
  readonly settings: readonly (readonly [name: string, value: unknown])[];
  readonly tools: readonly ToolDefinition[];
}

const TOOLS = ['tools', 'functions'];

export function readParams(params: unknown): Params {
  if (!isObject(params))
    return { settings: params === null || params === undefined ? [] : [['params', params]], tools: [] };
  const lists = [params, member(params, 'config')].flatMap((holder) => TOOLS.map((name) => member(holder, name)));
  const tools = lists.flatMap(readTools);
  const isListed = (name: string) => TOOLS.includes(name) && readTools(member(params, name)).length > 0;
  return { settings: Object.entries(params).filter(([name, value]) => value !== null && !isListed(name)), tools };
}

/** A list, Gemini's list of `functionDeclarations`, or Vercel's tools by name. */
function readTools(value: unknown): readonly ToolDefinition[] {
  if (isObject(value))
    return Object.entries(value).map(([name, tool]) => readTool(isObject(tool) ? { name, ...tool } : { name, tool }));
  if (!Array.isArray(value)) return [];
  return value.flatMap((tool: unknown) => {
    const declared = member(tool, 'functionDeclarations') ?? member(tool, 'function_declarations');
    return Array.isArray(declared)
      ? readTools(declared)
      : isObject(tool)
        ? [readTool(tool)]
        : typeof tool === 'string'
          ? [readTool({ name: tool })]
          : [];
  });
}

function readTool(tool: JsonObject): ToolDefinition {
  const outer = new Fields(tool);
  const inner = outer.object('function');
  const fields = inner === undefined ? outer : new Fields(inner);
  const name = fields.text('name', 'type') ?? outer.text('type') ?? 'tool';
  outer.drop('type');
  const description = fields.text('description');
  const parameters = fields.any('parameters', 'input_schema', 'inputSchema', 'parametersJsonSchema', 'schema');
  const rest = { ...(inner === undefined ? {} : outer.rest()), ...fields.rest() };
  return { name, description, parameters, rest: Object.keys(rest).length === 0 ? undefined : rest };
}
