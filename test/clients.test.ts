/**
 * The vendors' own SDKs, unmodified, against the real server: each script of `conformance/clients` runs as its user would
 * run it, once with the base URL at the root and once at the dialect's prefix. First the SDK must be content, then what
 * it sent must be there. Versions are pinned in `package.json` and `conformance/clients/requirements.txt`.
 */

import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { outlines } from '../conformance/clients/outline.ts';
import { type Python, preparePython } from '../conformance/clients/python.ts';
import { clientEnv, runScript } from '../conformance/clients/run.ts';
import { type FakeProviders, startFakeProviders } from './support/fake-providers.ts';
import { TestServer } from './support/server.ts';
import { readStored, type Stored } from './support/stored.ts';

/** The first run installs the Python SDKs. */
const PREPARE_MS_MAX = 240_000;
const RUN_MS_MAX = 90_000;
const ANSWER = 'It is sunny in Paris.';

let server: TestServer;
let providers: FakeProviders;
let python: Python;

beforeAll(async () => {
  [server, providers, python] = await Promise.all([TestServer.start(), startFakeProviders(), preparePython()]);
  if ('missing' in python) console.warn(`The Python SDKs do not run: ${python.missing}`);
}, PREPARE_MS_MAX);

afterAll(() => Promise.all([server?.stop(), providers?.close()]));

interface Told extends Stored {
  /** What the SDK's calls returned to the script. */
  readonly result: unknown;
}

let projects = 0;

/** Runs the script with a project of its own and reads what that project holds then. */
async function tell(
  program: string,
  script: string,
  isPrefixed: boolean,
  more: (project: { id: string; key: string }) => Record<string, string> = () => ({}),
): Promise<Told> {
  projects += 1;
  const project = await server.createProject(`${script} ${projects}`);
  const { openaiUrl, anthropicUrl } = providers;
  const target = { url: server.url, isPrefixed, projectId: project.id, key: project.key, openaiUrl, anthropicUrl };
  const { result, stderr } = await runScript(program, script, { ...clientEnv(target), ...more(project) });
  expect(stderr, 'what the SDK complains about').toBe('');
  await server.settle();
  return { result, ...(await readStored(server, project.key)) };
}

function pythonOrSkip(context: TestContext): string {
  return 'path' in python ? python.path : context.skip(python.missing);
}

/** The span of a trace whose name is `name`; fails if there is none. */
function spanOf({ traces }: Stored, name: string): Readonly<Record<string, unknown>> {
  const span = traces.flatMap((trace) => trace.spans ?? []).find((candidate) => candidate.name === name);
  if (span === undefined) throw new Error(`no span ${name}`);
  return span;
}

/** The scripts of both languages tell the same story; the SDKs tell it with small differences. */
function lunaryTraces(said: {
  cached: string;
  session: string;
  refusal: string;
  more: readonly string[][];
}): readonly string[][] {
  const call = `ok 12+5=17${said.cached}`;
  return [
    ...said.more,
    [`message assistant ok session=${said.session}`],
    [
      `message user ok session=${said.session}`,
      '  agent support ok user=user-1 agent=support',
      `    llm gpt-4o ${call}`,
      // What the SDKs do not report of a stream, and of a refused call, is counted from the messages.
      '    llm gpt-4o-mini ok 24+5=29',
      `    llm gpt-unknown error error: ${said.refusal}`,
      '    tool forecast error error: no forecast for tomorrow',
      '    tool weather ok',
      `      llm gpt-4o-mini ${call}`,
    ],
    ['tool weather ok user=user-2', `  llm gpt-4o-mini ${call} user=user-2`],
  ];
}

function expectLunaryDetails(told: Told): void {
  expect(told.result).toEqual({ answer: ANSWER });
  expect(spanOf(told, 'gpt-4o')).toMatchObject({ params: { temperature: 0.5 }, tags: ['plan'] });
  expect(spanOf(told, 'support')).toMatchObject({ input: 'How is the weather in Paris?', output: ANSWER });
  expect(spanOf(told, 'assistant')).toMatchObject({
    output: ANSWER,
    tags: ['web'],
    feedback: { thumb: 'up', comment: 'Right!' },
  });
}

const VELLUM_REFUSALS = {
  badEvent: {
    name: 'BadRequestError',
    statusCode: 400,
    body: { code: 'invalid-event', errors: [{ path: '[0].id' }] },
  },
  badKey: { name: 'UnauthorizedError', statusCode: 401, body: { code: 'unknown-credential' } },
};

/** The version is the hash of prompt and tools, which WhyOps gives, too. */
const WHYOPS_AGENT = 'agent=support@67b9c383782d508f582bc5eb4ac64e41';
const VOKER_PLACE = 'user=ada@example.com session=session-1 agent=support@v1';

describe.each([
  { place: 'at the root', isPrefixed: false },
  { place: 'at the prefix', isPrefixed: true },
])('with the base URL $place', ({ isPrefixed }) => {
  it.each([
    { sdk: 'lunary', claude: 'ok 20+8=38 cached=7', events: 23 },
    { sdk: 'lunary-0.8', claude: 'ok 20+8=28', events: 23 },
    { sdk: 'lunary-0.6', claude: undefined, events: 21 },
  ])(
    'npm $sdk: OpenAI and Anthropic wrappers, agent, tools, thread, feedback, users, errors',
    async ({ sdk, claude, events }) => {
      const told = await tell(process.execPath, 'lunary/agent.mjs', isPrefixed, ({ id }) => ({
        LUNARY_PACKAGE: sdk,
        LUNARY_APP_ID: id,
      }));
      expectLunaryDetails(told);
      expect(told.events).toHaveLength(events);
      expect(outlines(told.traces)).toEqual(
        lunaryTraces({
          cached: '',
          session: 'ticket-42',
          refusal: '400 The model `gpt-unknown` does not exist',
          more: claude === undefined ? [] : [[`llm claude-haiku-4-5 ${claude}`]],
        }),
      );
    },
    RUN_MS_MAX,
  );

  it(
    'PyPI lunary: OpenAI and Anthropic wrappers, LangChain handler, agent, tools, thread, feedback, users, errors',
    async (context) => {
      // The private key here, the project id as public key in JavaScript.
      const told = await tell(pythonOrSkip(context), 'lunary/agent.py', isPrefixed, ({ key }) => ({
        LUNARY_PRIVATE_KEY: key,
      }));
      expectLunaryDetails(told);
      expect(outlines(told.traces, { hideSessions: true })).toEqual(
        lunaryTraces({
          cached: ' cached=4',
          session: '…',
          refusal: 'Error code: 400 - The model `gpt-unknown` does not exist',
          more: [
            ['chain weather-chain ok', '  chain ChatPromptTemplate ok', '  llm null ok ?+?=?'],
            ['llm claude-haiku-4-5 ok 20+8=38 cached=7'],
          ],
        }),
      );
    },
    RUN_MS_MAX,
  );

  it(
    'npm vellum-ai: one event, a list, a repetition, refusals',
    async () => {
      const told = await tell(process.execPath, 'vellum/events.mjs', isPrefixed);
      expect(told.result).toMatchObject({
        single: { success: true, count: 1 },
        list: { success: true, count: 3 },
        again: { success: true, count: 1 },
        ...VELLUM_REFUSALS,
      });
      expect(told.events).toHaveLength(4);
      expect(outlines(told.traces, { hideSessions: true })).toEqual([
        [
          'workflow SupportWorkflow ok user=ada@example.com session=… agent=SupportWorkflow',
          '  node Answer ok user=ada@example.com session=… agent=SupportWorkflow',
        ],
      ]);
      expect(spanOf(told, 'Answer')).toMatchObject({
        durationMs: 250,
        input: { city: 'Paris' },
        output: { answer: ANSWER },
      });
    },
    RUN_MS_MAX,
  );

  it(
    'PyPI vellum-ai client: one event, a list with a repetition, refusals',
    async (context) => {
      const told = await tell(pythonOrSkip(context), 'vellum/events.py', isPrefixed);
      expect(told.result).toMatchObject({
        single: { success: true, count: 1 },
        list: { success: true, count: 2 },
        ...VELLUM_REFUSALS,
      });
      expect(told.events).toHaveLength(2);
      expect(outlines(told.traces, { hideSessions: true })).toEqual([
        ['node Forecast error session=… error: no forecast for Paris'],
      ]);
      expect(spanOf(told, 'Forecast')).toMatchObject({ durationMs: 250, error: { code: 'PROVIDER_ERROR' } });
    },
    RUN_MS_MAX,
  );

  it(
    'PyPI vellum-ai workflows: emitter, nested workflow, failing node',
    async (context) => {
      const told = await tell(pythonOrSkip(context), 'vellum/workflow.py', isPrefixed);
      expect(told.result).toEqual({
        support: 'workflow.execution.fulfilled',
        answer: `Dear user: ${ANSWER}`,
        forecast: 'workflow.execution.rejected',
      });
      const [forecast, support] = ['session=… agent=ForecastWorkflow', 'session=… agent=SupportWorkflow'];
      expect(outlines(told.traces, { hideSessions: true })).toEqual([
        [
          `workflow ForecastWorkflow error ${forecast} error: no forecast for Paris`,
          `  node Forecast error ${forecast} error: no forecast for Paris`,
        ],
        [
          `workflow SupportWorkflow ok ${support}`,
          `  node Answer ok ${support}`,
          `  node Research ok ${support}`,
          `    workflow ReportWorkflow ok ${support}`,
          `      node Report ok ${support}`,
        ],
      ]);
      expect(spanOf(told, 'SupportWorkflow')).toMatchObject({ output: { answer: `Dear user: ${ANSWER}` } });
    },
    RUN_MS_MAX,
  );

  it(
    'PyPI whyops: every kind of event, synchronous and asynchronous',
    async (context) => {
      const told = await tell(pythonOrSkip(context), 'whyops/trace.py', isPrefixed);
      expect(told.result).toMatchObject({ agent: { status: 'created', agentId: expect.any(String) } });
      // Ten each; the eleventh of the synchronous trace repeats an idempotency key.
      expect(told.events).toHaveLength(20);
      const sync = `session=whyops-sync ${WHYOPS_AGENT}`;
      const async = `session=whyops-async ${WHYOPS_AGENT}`;
      expect(outlines(told.traces)).toEqual([
        [
          `embedding text-embedding-3-small ok ?+?=6 provider=openai ${sync}`,
          `event error error ${sync} error: no forecast today`,
          `event llm_thinking ok ${sync}`,
          `llm gpt-4o ok 12+5=17 cached=4 provider=openai ${sync}`,
          `llm gpt-4o ok 12+5=17 cached=4 provider=openai ${sync}`,
          `message user_message ok ${sync}`,
          `tool weather ok ${sync}`,
          `tool weather ok ${sync}`,
        ],
        [
          `message user_message ok ${async}`,
          `  event llm_thinking ok ${async}`,
          `  llm gpt-4o ok 12+5=17 cached=4 provider=openai ${async}`,
          `  llm gpt-4o ok 12+5=17 cached=4 provider=openai ${async}`,
          `    embedding text-embedding-3-small ok ?+?=6 provider=openai ${async}`,
          `    event error error ${async} error: no forecast today`,
          `    tool weather ok ${async}`,
          `      tool weather ok ${async}`,
        ],
      ]);
      expect(spanOf(told, 'weather')).toMatchObject({ input: { city: 'Paris' }, output: { report: 'sunny' } });
    },
    RUN_MS_MAX,
  );

  it(
    'PyPI voker: OpenAI and Anthropic wrappers, people, agents, versions, refusals',
    async (context) => {
      const told = await tell(pythonOrSkip(context), 'voker/chat.py', isPrefixed);
      expect(told.result).toEqual({
        answer: ANSWER,
        streamed: ANSWER,
        person: ['ada@example.com', { plan: 'team' }],
        agent: ['support', 1, 'Answers questions', null],
        version: ['v1', 1, 'The first one'],
        noPerson: 'PersonNotFoundError',
        noAgent: 'AgentNotFoundError',
        noVersion: 'AgentVersionNotFoundError',
        noFingerprint: 'FingerprintNotFoundError',
      });
      // The refused model call leaves nothing: the wrapper records only answers.
      expect(outlines(told.traces)).toEqual([
        [`llm claude-haiku-4-5 ok 20+8=38 cached=7 provider=anthropic ${VOKER_PLACE}`],
        [`llm claude-stream ok 20+8=38 cached=7 provider=anthropic ${VOKER_PLACE}`],
        [`llm gpt-4.1 ok 12+5=17 cached=4 provider=openai ${VOKER_PLACE}`],
        [`llm gpt-4o ok 12+5=17 cached=4 provider=openai ${VOKER_PLACE}`],
        ['llm gpt-4o-mini ok 12+5=17 cached=4 provider=openai session=session-2 agent=default@default'],
        [`llm gpt-4o-mini ok 12+5=17 cached=4 provider=openai ${VOKER_PLACE}`],
        [`llm gpt-4o-stream ok 12+5=17 cached=4 provider=openai ${VOKER_PLACE}`],
      ]);
    },
    RUN_MS_MAX,
  );

  it('Weflayr, direct with fetch: the vendor’s sample', async () => {
    expectWeflayrSample(await tell(process.execPath, 'weflayr/track.mjs', isPrefixed));
  });

  it('Weflayr, direct with httpx: the vendor’s sample', async (context) => {
    expectWeflayrSample(await tell(pythonOrSkip(context), 'weflayr/track.py', isPrefixed));
  });

  it('Weflayr, direct with curl: the vendor’s sample', async (context) => {
    if (!hasCurl()) context.skip('there is no curl');
    const told = await tell('sh', 'weflayr/track.sh', isPrefixed);
    expect(told.result).toEqual({ replies: [{ ok: true }, { ok: true }] });
    expect(outlines(told.traces)).toEqual([['llm custom.inference ok 412+87=499 provider=together-ai']]);
    expect(spanOf(told, 'custom.inference')).toMatchObject({
      spanId: '550e8400-e29b-41d4-a716-446655440000',
      model: 'llama-3.1-70b',
      durationMs: 1230.5,
      tags: ['customer:acme', 'feature:translation'],
    });
  });
});

function expectWeflayrSample(told: Told): void {
  const reply = [200, { ok: true }];
  expect(told.result).toEqual({ answer: ANSWER, replies: [reply, reply, reply, reply] });
  expect(told.events).toHaveLength(4);
  expect(outlines(told.traces)).toEqual([
    ['llm my.call error error: no forecast today'],
    ['llm my.call ok user=user-1'],
  ]);
  const failed = told.traces.find(({ trace }) => trace.status === 'error')?.spans?.[0];
  expect(failed).toMatchObject({ model: 'llama-3.1-70b', error: { type: 'TypeError' } });
}

function hasCurl(): boolean {
  try {
    execFileSync('curl', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

it('the guide names the versions that run here', async () => {
  const read = (path: string) => readFile(new URL(path, import.meta.url), 'utf8');
  const [guide, requirements, manifest] = await Promise.all(
    ['../docs/guide/sdks.md', '../conformance/clients/requirements.txt', '../package.json'].map(read),
  );
  const npm: Record<string, string> = JSON.parse(manifest ?? '').devDependencies;
  const pinned = [
    ...['lunary', 'lunary-0.8', 'lunary-0.6', 'vellum-ai'].map((name) => npm[name]?.replace(/^.*@/, '')),
    ...['lunary', 'vellum-ai', 'whyops', 'voker'].map(
      (name) => new RegExp(`^${name}==(\\S+)$`, 'm').exec(requirements ?? '')?.[1],
    ),
  ];
  for (const version of pinned) expect(guide).toContain(`| ${version} |`);
});
