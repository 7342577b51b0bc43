import fc from 'fast-check';
import { expect, test } from 'vitest';
import { eventsPerRequestMax, idCharsMax } from '../../limits.ts';
import { decode } from './decode.ts';

const definition = { id: 'd1', name: 'Classify', module: ['app'] };
const BODIES = {
  'node.execution.initiated': { node_definition: definition, inputs: {} },
  'node.execution.streaming': { node_definition: definition, output: { name: 'text' } },
  'node.execution.fulfilled': { node_definition: definition, outputs: {} },
  'node.execution.rejected': { node_definition: definition, error: { message: '', code: 'NODE_EXECUTION' } },
  'node.execution.paused': { node_definition: definition },
  'node.execution.resumed': { node_definition: definition },
  'node.execution.log': { node_definition: definition, severity: 'INFO', message: '' },
  'workflow.execution.initiated': { workflow_definition: definition, inputs: {} },
  'workflow.execution.streaming': { workflow_definition: definition, output: { name: 'text', delta: 'a' } },
  'workflow.execution.fulfilled': { workflow_definition: definition, outputs: {} },
  'workflow.execution.rejected': { workflow_definition: definition, error: { message: 'no', code: 'FUTURE_CODE' } },
  'workflow.execution.paused': { workflow_definition: definition, external_inputs: [] },
  'workflow.execution.resumed': { workflow_definition: definition },
  'workflow.execution.snapshotted': { workflow_definition: definition, state: {} },
};
type Name = keyof typeof BODIES;

function event(name: string, body: unknown, rest: object = {}): object {
  return { name, body, id: 'e1', timestamp: '2024-01-15T09:30:00Z', trace_id: 't1', span_id: 's1', ...rest };
}

function problems(...events: unknown[]): string[] {
  const decoded = decode({ text: JSON.stringify(events) });
  return decoded.ok ? [] : (decoded.fault.problems ?? []).map(({ path, message }) => `${path} ${message}`);
}

test.each(Object.entries(BODIES))('%s is accepted with its required fields only', (name, body) => {
  expect(problems(event(name, body))).toEqual([]);
});

test.each(Object.entries(BODIES).flatMap(([name, body]) => Object.keys(body).map((key) => [name, key, body] as const)))(
  '%s without %s is refused, by name',
  (name, key, body) => {
    expect(problems(event(name, { ...body, [key]: undefined }))).toEqual([`[0].body.${key} is required`]);
    expect(problems(event(name, { ...body, [key]: 7 }))[0]).toMatch(new RegExp(`^\\[0\\]\\.body\\.${key} must be`));
  },
);

test.each(['id', 'trace_id', 'span_id', 'name', 'timestamp', 'body'])('the envelope needs %s', (key) => {
  const whole = event('node.execution.paused', BODIES['node.execution.paused']);
  expect(problems({ ...whole, [key]: undefined })).toEqual([`[0].${key} is required`]);
  for (const bad of [null, '', 5, []]) expect(problems({ ...whole, [key]: bad })[0]).toContain(`[0].${key} must be`);
});

test.each([
  ['node.execution.rejected', { node_definition: definition, error: { code: 'X' } }, 'body.error.message is required'],
  ['node.execution.rejected', { node_definition: definition, error: { message: 'm' } }, 'body.error.code is required'],
  ['node.execution.streaming', { node_definition: definition, output: {} }, 'body.output.name is required'],
  ['node.execution.resumed', { node_definition: { id: 'd' } }, 'body.node_definition.name is required'],
  [
    'node.execution.log',
    { node_definition: definition, severity: 'LOUD', message: 'm' },
    'body.severity must be one of DEBUG, INFO, WARNING, ERROR',
  ],
])('%s names the inner field at fault', (name, body, problem) => {
  expect(problems(event(name, body))).toEqual([`[0].${problem}`]);
});

test('ids have a bound', () => {
  const body = BODIES['node.execution.paused'];
  const name: Name = 'node.execution.paused';
  expect(problems(event(name, body, { span_id: 'x'.repeat(idCharsMax) }))).toEqual([]);
  expect(problems(event(name, body, { span_id: 'x'.repeat(idCharsMax + 1) }))).toHaveLength(1);
});

test('a time must exist, in any ISO-8601 spelling', () => {
  const body = BODIES['node.execution.paused'];
  for (const timestamp of ['2024-01-15T09:30:00Z', '2024-01-15T09:30:00.123456Z', '2024-01-15T09:30:00.1+02:00'])
    expect(problems(event('node.execution.paused', body, { timestamp }))).toEqual([]);
  for (const timestamp of ['yesterday', '2024-02-30T00:00:00Z', 1705311000000])
    expect(problems(event('node.execution.paused', body, { timestamp }))).toEqual([
      '[0].timestamp must be an ISO-8601 time',
    ]);
});

test('optional fields may be null, unknown, or of a later version', () => {
  const rest = { api_version: '2099-01-01', parent: null, links: null, extra: { kept: true } };
  const body = { ...BODIES['node.execution.fulfilled'], mocked: null, invoked_ports: null, redacted: null, more: 1 };
  expect(problems(event('node.execution.fulfilled', body, rest))).toEqual([]);
  expect(problems(event('node.execution.fulfilled', body, { ...rest, api_version: null }))).toEqual([]);
});

test('a parent of an unknown type is accepted, a span without an id is not', () => {
  const body = BODIES['node.execution.paused'];
  const withParent = (parent: unknown) => problems(event('node.execution.paused', body, { parent }));
  expect(withParent({ type: 'TELEPATHY', parent: { type: 'API_REQUEST', span_id: 'p', parent: null } })).toEqual([]);
  expect(withParent('p')).toEqual(['[0].parent must be an object or null']);
  expect(withParent({ type: 'EXTERNAL', parent: { type: 'WORKFLOW' } })).toEqual([
    '[0].parent.parent.span_id is required',
  ]);
});

test('an unknown name needs the envelope only', () => {
  expect(problems(event('metric.execution.fulfilled', {}))).toEqual([]);
  expect(problems(event('metric.execution.fulfilled', undefined))).toEqual(['[0].body is required']);
  expect(problems(event('__proto__', {}))).toEqual([]);
});

test('one bad event refuses the batch, and every bad index is named', () => {
  const good = event('node.execution.paused', BODIES['node.execution.paused']);
  const decoded = decode({ text: JSON.stringify([good, 5, good, { ...good, trace_id: '' }]) });
  expect(decoded).toMatchObject({
    ok: false,
    fault: {
      code: 'invalid-event',
      message: '2 of 4 events invalid, nothing was stored: [1] must be an object',
      problems: [{ path: '[1]' }, { path: '[3].trace_id' }],
    },
  });
});

test('at most 100 bad events are listed, all are counted', () => {
  const decoded = decode({ text: JSON.stringify(Array.from({ length: 250 }, () => null)) });
  expect(decoded.ok ? undefined : decoded.fault.problems).toHaveLength(100);
  expect(decoded.ok ? '' : decoded.fault.message).toMatch(/^250 of 250 /);
});

test('a single event needs no list, and its paths no index', () => {
  const whole = event('node.execution.paused', BODIES['node.execution.paused']);
  expect(decode({ text: JSON.stringify(whole) })).toEqual({ ok: true, items: [{ ok: true, value: whole }] });
  const decoded = decode({ text: JSON.stringify({ ...whole, id: 1 }) });
  expect(decoded.ok ? [] : decoded.fault.problems).toEqual([{ path: 'id', message: expect.any(String) }]);
});

test('bodies that are no events', () => {
  expect(decode({ text: '[]' })).toEqual({ ok: true, items: [] });
  for (const text of ['', '{', '[{}', 'nope'])
    expect(decode({ text })).toMatchObject({ fault: { code: 'malformed-json' } });
  for (const text of ['null', '5', '"x"']) expect(decode({ text })).toMatchObject({ fault: { code: 'invalid-event' } });
  const crowd = `[${'0,'.repeat(eventsPerRequestMax)}0]`;
  expect(decode({ text: crowd })).toMatchObject({ fault: { code: 'too-many-events' } });
});

test('no JSON makes it throw', () => {
  const keys = ['id', 'name', 'body', 'parent', 'span_id', 'type', 'node_definition', 'error', '__proto__'];
  const name = fc.constantFrom<unknown>(...Object.keys(BODIES));
  const thing = fc.letrec((tie) => ({
    value: fc.oneof({ maxDepth: 5 }, fc.jsonValue(), name, tie('object'), fc.array(tie('value'), { maxLength: 3 })),
    object: fc.dictionary(fc.constantFrom(...keys), tie('value')),
  })).value;
  fc.assert(fc.property(thing, (value) => typeof decode({ text: JSON.stringify(value) }).ok === 'boolean'));
});
