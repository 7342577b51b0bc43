/**
 * Requests for every route of the own API, made from its description alone, so that a new route is asked as well. A
 * parameter or a member that nobody has said how to fill is an error: the test has to be told, not to pass it by.
 */

import type { TestServer } from './server.ts';

export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly (string | number | boolean)[];
  readonly anyOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly example?: unknown;
}

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header' | 'cookie';
  readonly required?: boolean;
  readonly schema: Schema;
}

export interface Operation {
  readonly method: string;
  /** `/api/tributary/v1/traces/{traceId}` */
  readonly path: string;
  readonly parameters: readonly Parameter[];
  readonly body: Schema | undefined;
  readonly summary: string;
  readonly isStream: boolean;
}

export interface ApiRequest {
  readonly operation: Operation;
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
  /** What was put into the path. */
  readonly given: readonly string[];
}

/** What may stand under a name; the first is used where one has to do. */
export type Values = Readonly<Record<string, readonly (string | number)[]>>;

interface Description {
  readonly paths: Readonly<Record<string, Readonly<Record<string, DescribedOperation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}
interface DescribedOperation {
  readonly parameters?: readonly Parameter[];
  readonly summary?: string;
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, unknown>> }>>;
}

const METHODS = ['get', 'put', 'post', 'patch', 'delete'];
const VARIANTS_MAX = 12;

export class ApiDescription {
  readonly operations: readonly Operation[];
  readonly #schemas: Readonly<Record<string, Schema>>;

  private constructor({ paths, components }: Description) {
    this.#schemas = components.schemas;
    this.operations = Object.entries(paths).flatMap(([path, item]) =>
      Object.entries(item).map(([method, one]): Operation => {
        if (!METHODS.includes(method)) throw new Error(`${path} has the unknown method ${method}`);
        return {
          ...{ method: method.toUpperCase(), path, parameters: one.parameters ?? [], summary: one.summary ?? '' },
          body: one.requestBody?.content['application/json']?.schema,
          isStream: one.responses['200']?.content?.['text/event-stream'] !== undefined,
        };
      }),
    );
  }

  static async of(server: TestServer): Promise<ApiDescription> {
    const response = await fetch(`${server.url}/openapi.json`);
    return new ApiDescription((await response.json()) as Description);
  }

  /** The operation with each value in each place of its path and its query, and with each shape of its body. */
  requests(operation: Operation, values: Values): ApiRequest[] {
    const { method, path, parameters, body } = operation;
    let targets: { path: string; given: string[] }[] = [{ path, given: [] }];
    for (const { in: place, name, schema } of parameters) {
      if (place === 'header' || place === 'cookie')
        throw new Error(`${path}: nobody knows what to put into the ${place} ${name}`);
      if (place !== 'path') continue;
      const fills = this.#valuesOf(`${path} {${name}}`, name, schema, values).map(String);
      targets = targets.flatMap((target) =>
        fills.map((value) => ({
          path: target.path.replace(`{${name}}`, encodeURIComponent(value)),
          given: [...target.given, value],
        })),
      );
    }
    const bodies = body === undefined ? [undefined] : this.bodies(`${method} ${path}`, body, values);
    return targets.flatMap((target, i) =>
      (i === 0 ? this.#queries(operation, values) : this.#queries(operation, values).slice(0, 1)).flatMap((query) =>
        bodies.map((one) => ({ operation, method, path: `${target.path}${query}`, body: one, given: target.given })),
      ),
    );
  }

  /** Without optional parameters, then with each value of each of them. */
  #queries({ path, parameters }: Operation, values: Values): string[] {
    const query = parameters.filter((parameter) => parameter.in === 'query');
    const filled = query.map(({ name, required, schema }) => ({
      ...{ name, required },
      fills: this.#valuesOf(`${path}?${name}`, name, schema, values).map(String),
    }));
    const fixed = filled.flatMap(({ name, required, fills }) => (required === true ? [[name, fills[0] ?? '']] : []));
    const text = (extra: string[][]) =>
      `?${new URLSearchParams([...fixed, ...extra] as [string, string][]).toString()}`;
    const options = filled
      .filter(({ required }) => required !== true)
      .flatMap(({ name, fills }) => fills.map((value) => text([[name, value]])));
    return [text([]), ...options].map((one) => (one === '?' ? '' : one));
  }

  /** With all members, with the required ones, and with these and each value of each other one. */
  bodies(where: string, schema: Schema, values: Values): unknown[] {
    const { properties = {}, required = [] } = this.#resolved(schema);
    const members = Object.entries(properties).map(([name, member]) => ({
      name,
      fills: this.#fills(`${where} ${name}`, name, member, values),
    }));
    const needed = Object.fromEntries(
      members.filter(({ name }) => required.includes(name)).map(({ name, fills }) => [name, fills[0]]),
    );
    const all = Object.fromEntries(members.map(({ name, fills }) => [name, fills[0]]));
    const each = members.flatMap(({ name, fills }) => fills.map((value) => ({ ...needed, [name]: value })));
    const texts = new Set([all, needed, ...each].map((body) => JSON.stringify(body)));
    return [...texts].slice(0, VARIANTS_MAX).map((text) => JSON.parse(text) as unknown);
  }

  #fills(where: string, name: string, schema: Schema, values: Values): unknown[] {
    const { type, items, properties } = this.#resolved(schema);
    if (type === 'array' && items !== undefined) return [this.#fills(`${where}[]`, name, items, values).slice(0, 2)];
    if (type === 'object' && properties !== undefined) return this.bodies(where, schema, values).slice(0, 1);
    return this.#valuesOf(where, name, schema, values);
  }

  /** Names go before types: an id is not any text. */
  #valuesOf(where: string, name: string, given: Schema, values: Values): unknown[] {
    const known = Object.hasOwn(values, name) ? values[name] : undefined;
    if (known !== undefined) return [...known];
    // A parameter that may be repeated is given once.
    const schema = this.#resolved(this.#resolved(given).items ?? given);
    const [one] = schema.anyOf ?? [schema];
    const { type, enum: choices, minimum, maximum } = this.#resolved(one ?? schema);
    if (choices !== undefined) return [...choices];
    const types = typeof type === 'string' ? [type] : (type ?? []);
    // The largest: a limit of 1 would keep the caller itself from asking on.
    if (types.includes('integer') || types.includes('number')) return [maximum ?? minimum ?? 1];
    if (types.includes('boolean')) return [false];
    throw new Error(`${where}: nobody has said what to put there; tell the values of the test`);
  }

  #resolved(schema: Schema): Schema {
    const name = schema.$ref?.split('/').at(-1);
    const found = name === undefined ? schema : this.#schemas[name];
    if (found === undefined) throw new Error(`the description has no schema ${name}`);
    return found;
  }
}
