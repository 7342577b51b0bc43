/**
 * Tokens of the tools that a model is offered. OpenAI has published a rule for flat parameters, checked against its API
 * for one example ("How to count tokens with tiktoken", OpenAI Cookbook); parameters inside parameters follow the same
 * rule here. Others' tools are counted alike. All of it is an estimate.
 */

import { asArray, asObject, field, isObject, type JsonObject, type JsonValue } from '../canonical/json.ts';
import type { EncodingName } from './encodings.ts';
import type { TextSum } from './text-sum.ts';

const TOOL_START: Record<EncodingName, number> = { o200k_base: 7, cl100k_base: 10 };
const PROPERTIES_START = 3;
const PROPERTY = 3;
const ENUM_START = -3;
const ENUM_ITEM = 3;
const TOOLS_END = 12;

export function addTools(tools: JsonValue | undefined, encoding: EncodingName, sum: TextSum): void {
  const definitions = (asArray(tools) ?? []).flatMap(definitionsOf).filter((tool) => textOf(tool, 'name') !== '');
  if (definitions.length === 0) return;
  sum.estimate();
  for (const definition of definitions) {
    sum.add(TOOL_START[encoding]);
    sum.text(`${textOf(definition, 'name')}:${sentence(definition)}`);
    addProperties(parametersOf(definition), sum);
  }
  sum.add(TOOLS_END);
}

/** OpenAI nests one function per tool, Gemini several, Bedrock a specification; Anthropic and `functions` nest nothing. */
function definitionsOf(tool: JsonValue): readonly JsonObject[] {
  const object = asObject(tool);
  if (object === undefined) return [];
  const several = asArray(field(object, 'functionDeclarations') ?? field(object, 'function_declarations'));
  if (several !== undefined) return several.filter(isObject);
  return [asObject(field(object, 'function') ?? field(object, 'toolSpec')) ?? object];
}

function parametersOf(definition: JsonObject): JsonObject | undefined {
  const names = ['parameters', 'input_schema', 'inputSchema', 'parametersJsonSchema'];
  const schema = names.map((name) => asObject(field(definition, name))).find((value) => value !== undefined);
  return asObject(field(schema, 'json')) ?? schema;
}

function addProperties(schema: JsonObject | undefined, sum: TextSum): void {
  const properties = Object.entries(asObject(field(schema, 'properties')) ?? {});
  if (properties.length === 0) return;
  sum.add(PROPERTIES_START);
  for (const [name, value] of properties) {
    const property = asObject(value) ?? {};
    sum.add(PROPERTY);
    sum.text(`${name}:${textOf(property, 'type')}:${sentence(property)}`);
    addEnum(field(property, 'enum'), sum);
    addProperties(property, sum);
    addProperties(asObject(field(property, 'items')), sum);
  }
}

function addEnum(value: JsonValue | undefined, sum: TextSum): void {
  const items = asArray(value);
  if (items === undefined) return;
  sum.add(ENUM_START);
  for (const item of items) {
    sum.add(ENUM_ITEM);
    sum.text(typeof item === 'string' ? item : JSON.stringify(item));
  }
}

function textOf(object: JsonObject, name: string): string {
  const value = field(object, name);
  return typeof value === 'string' ? value : '';
}

/** The rule leaves out the full stop. */
function sentence(object: JsonObject): string {
  return textOf(object, 'description').replace(/\.$/, '');
}
