/** The own API's GET routes, as its description lists them, and the questions that they can be asked. */

import type { TestServer } from './server.ts';

export interface GetRoute {
  /** `/api/tributary/v1/traces/{traceId}` */
  readonly path: string;
  readonly hasPathParameters: boolean;
  readonly parameters: readonly Parameter[];
}

interface Schema {
  readonly type?: unknown;
  readonly enum?: readonly string[];
  readonly default?: unknown;
}

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query';
  readonly required?: boolean;
  /** Of a parameter that may be repeated: an array. */
  readonly schema: Schema & { readonly items?: Schema };
}

interface Operation {
  readonly parameters?: readonly Parameter[];
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, unknown>> }>>;
}

const YEAR_MS = 366 * 86_400_000;
const year = (years: number) => new Date(Date.now() + years * YEAR_MS).toISOString();
/** The same for all questions, so that the same question has the same answer later. */
const RANGE = { from: year(-3), to: year(2), interval: 'day' };

/** Streams are left out: they end when the caller hangs up. */
export async function getRoutes(server: TestServer): Promise<GetRoute[]> {
  const response = await fetch(`${server.url}/openapi.json`);
  const { paths } = (await response.json()) as { paths: Record<string, { get?: Operation }> };
  return Object.entries(paths).flatMap(([path, { get }]) => {
    const isStream = get?.responses['200']?.content?.['text/event-stream'] !== undefined;
    if (get === undefined || isStream) return [];
    const parameters = (get.parameters ?? []).map((parameter) => ({
      ...parameter,
      schema: parameter.schema.items ?? parameter.schema,
    }));
    return [{ path, parameters, hasPathParameters: parameters.some((parameter) => parameter.in === 'path') }];
  });
}

/**
 * The route without filters, then with each of its filters and one of the values: all pairs of them would be thousands of
 * questions, and over all routes every value is asked for many times. Filters of a route with an id in its path are tried
 * with the first id. The list for other values of the same number has the same questions in the same order.
 */
export function filtered(route: GetRoute, values: readonly string[]): string[] {
  const texts = route.parameters.filter((parameter) => isFree(parameter) && parameter.schema.type === 'string');
  const filters = texts.map(({ name }, i): [string, string] => [
    name,
    values[(i + route.path.length) % values.length] ?? '',
  ]);
  return pathsOf(route, values).flatMap((path, i) =>
    withQueries(path, route, i === 0 ? [undefined, ...filters] : [undefined]),
  );
}

/** The route with choices of each parameter that has choices: each third one, another one at each route. */
export function chosen(route: GetRoute): string[] {
  if (route.hasPathParameters) return [];
  const choices = route.parameters
    .filter(isFree)
    .flatMap(({ name, schema }) => (schema.enum ?? []).map((choice): [string, string] => [name, choice]))
    .filter((_, i) => (i + route.path.length) % 3 === 0);
  return withQueries(route.path, route, choices);
}

function isFree({ in: place, name }: Parameter): boolean {
  return place === 'query' && !Object.hasOwn(RANGE, name) && name !== 'cursor';
}

function pathsOf({ path, parameters }: GetRoute, values: readonly string[]): string[] {
  return parameters
    .filter((parameter) => parameter.in === 'path')
    .reduce(
      (paths, { name }) =>
        paths.flatMap((one) => values.map((value) => one.replace(`{${name}}`, encodeURIComponent(value)))),
      [path],
    );
}

/** What a route cannot do without is there in each question. */
function withQueries(
  path: string,
  { parameters }: GetRoute,
  changes: readonly (readonly [string, string] | undefined)[],
): string[] {
  const fixed = parameters.flatMap(({ in: place, name, required, schema }): [string, string][] => {
    const given = Object.entries(RANGE).find(([known]) => known === name);
    if (place === 'query' && given !== undefined) return [given];
    return place === 'query' && required === true ? [[name, schema.enum?.[0] ?? '']] : [];
  });
  return changes.map((change) => {
    const query = new URLSearchParams(fixed);
    if (change !== undefined) query.set(change[0], change[1]);
    return `${path}?${query.toString()}`;
  });
}
