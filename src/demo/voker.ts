/** Two advisers that report to Voker: people, agents and versions first, then one event per model call or tool. */

import type { JsonObject } from '../canonical/json.ts';
import { repeated, type Scene, scaled, step } from './context.ts';
import { drawCall, drawRelease, MODELS, type Model, type Release } from './models.ts';
import { type DemoRequest, FINGERPRINT, post, put, type Step } from './request.ts';
import { CUSTOMERS, drawMatter } from './shop.ts';
import { DAY_MS, iso, MINUTE_MS } from './timeline.ts';
import { drawExchange } from './topics.ts';

const AGENTS: readonly {
  name: string;
  description: string;
  count: number;
  releases: readonly [Release, ...Release[]];
}[] = [
  {
    ...{ name: 'gear-adviser', description: 'Finds the right gear for a trip', count: 80 },
    releases: [
      { version: 'v1', model: MODELS.geminiPro, errorShare: 0.04, slowness: 1, sinceDays: 99 },
      { version: 'v2', model: MODELS.haiku, errorShare: 0.02, slowness: 1, sinceDays: 4.5 },
      { version: 'v3', model: MODELS.gptMini, errorShare: 0.1, slowness: 1, sinceDays: 1 },
    ],
  },
  {
    ...{ name: 'shop-concierge', description: 'Answers in the shops of Keswick and Leeds', count: 60 },
    releases: [
      { version: '2026.1', model: MODELS.gpt41Mini, errorShare: 0.03, slowness: 1, sinceDays: 99 },
      { version: '2026.2', model: MODELS.geminiFlash, errorShare: 0.03, slowness: 1, sinceDays: 2 },
    ],
  },
];

export function vokerSteps(scene: Scene): Step[] {
  const people = CUSTOMERS.map(({ id, name, email, plan, country }) =>
    put('voker', '/api/v1/people', { person_id: id, properties: { name, email, plan, country } }),
  );
  const agents = AGENTS.map(({ name, description }) =>
    put('voker', '/api/v1/agents', { agent_name: name, description }),
  );
  const versions = AGENTS.flatMap(({ name, releases }) =>
    releases.map(({ version, model }) =>
      put('voker', `/api/v1/agents/${name}/agent-versions`, {
        agent_version_name: version,
        description: `on ${model.name}`,
      }),
    ),
  );
  const sessions = AGENTS.flatMap((agent) =>
    repeated(scene, `voker/${agent.name}`, agent.count, (random) => session(scene, random, agent)),
  );
  return [
    step('Voker people, agents', [...people.slice(0, scaled(scene, people.length)), ...agents]),
    step('Voker agent versions', versions),
    step('Voker events', [...sessions.flat(), ...featured(scene)]),
  ];
}

/** What the Python client says about the machine that it runs on. */
export function fingerprint(): DemoRequest {
  return put('voker', '/api/v1/fingerprints', {
    ...{
      language: 'python',
      language_version: '3.12.4 (main, Jun  8 2026, 03:28:18) [GCC 13.2.0]',
      system: 'Linux-6.8.0-x86_64-with-glibc2.39',
    },
    ...{
      openai_sdk_version: '2.54.0',
      anthropic_sdk_version: '0.89.0',
      gemini_sdk_version: '1.75.0',
      voker_sdk_version: '0.0.15',
    },
    ...{ git_repository_url: 'https://git.example/larkfell/advisers.git', git_branch: 'main' },
  });
}

interface Told {
  readonly id: string;
  readonly atMs: number;
  readonly session: string;
  readonly person: string;
  readonly agent: string;
  readonly version: string;
}

function event({ id, atMs, session, person, agent, version }: Told, name: string, properties: JsonObject): DemoRequest {
  return post('voker', '/api/v1/events', {
    ...{ event_name: name, fingerprint_id: FINGERPRINT, properties, session, agent, agent_version: version, person },
    ...{ event_id: id, timestamp: iso(atMs) },
  });
}

/** Question, look-up, answer, and mostly a second question with the history before it. */
function session(scene: Scene, random: Scene['random'], agent: (typeof AGENTS)[number]): DemoRequest[] {
  const startMs = Math.min(scene.timeline.moment(random), scene.timeline.ago(8 * MINUTE_MS));
  const release = drawRelease(random, agent.releases, (scene.timeline.baseMs - startMs) / DAY_MS);
  const matter = drawMatter(random);
  const { topic, question, answer, followUp } = drawExchange(random, matter);
  const [sessionId, first, second, third] = [random.uuid(), random.uuid(), random.uuid(), random.uuid()];
  const common = { session: sessionId, person: matter.customer.id, agent: agent.name, version: release.version };
  const told = (id: string, seconds: number): Told => ({ ...common, id, atMs: startMs + seconds * 1000 });
  const firstCall = drawCall(random, release.model, question, answer);
  const secondCall = drawCall(random, release.model, question + answer, followUp[1]);
  const isFailed = random.chance(release.errorShare);
  const lookup: JsonObject = {
    tool: topic.tool,
    input: topic.asked(matter),
    ...(isFailed ? { status: 'error', error: 'stock service unavailable' } : { output: topic.found(matter) }),
  };
  const history = [
    { role: 'user', content: question },
    { role: 'assistant', content: answer },
    { role: 'user', content: followUp[0] },
  ];
  const isLong = random.chance(0.7);
  return [
    event(told(first, 0), 'tool', lookup),
    event(
      told(second, 3),
      'llm',
      modelCall(release.model, history.slice(0, 1), answer, firstCall.inputTokens, firstCall.outputTokens),
    ),
    ...(isLong
      ? [
          event(
            told(third, 95),
            'llm',
            modelCall(release.model, history, followUp[1], secondCall.inputTokens, secondCall.outputTokens),
          ),
        ]
      : []),
  ];
}

type Message = { readonly role: string; readonly content: string };

const ADVISE = 'You advise customers of Larkfell Outfitters.';

/** The provider's own request and answer, as the client's wrapper hands them on. */
function modelCall(
  model: Model,
  messages: readonly Message[],
  text: string,
  input: number,
  output: number,
): JsonObject {
  if (model.provider === 'anthropic') return anthropicCall(model.name, messages, text, input, output);
  if (model.provider === 'google') return geminiCall(model.name, messages, text, input, output);
  const usage = { prompt_tokens: input, completion_tokens: output, total_tokens: input + output };
  const choices = [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: text } }];
  return {
    api: 'openai-chat-completions',
    inputs: { model: model.name, messages: [{ role: 'system', content: ADVISE }, ...messages] },
    output: { object: 'chat.completion', model: model.name, choices, usage },
  };
}

function anthropicCall(
  model: string,
  messages: readonly Message[],
  text: string,
  input: number,
  output: number,
): JsonObject {
  const cached = { cache_read_input_tokens: 420, cache_creation_input_tokens: 0 };
  return {
    api: 'anthropic-messages',
    inputs: { model, max_tokens: 600, system: ADVISE, messages: [...messages] },
    output: {
      ...{ id: 'msg_demo', type: 'message', role: 'assistant', model, content: [{ type: 'text', text }] },
      ...{ stop_reason: 'end_turn', usage: { input_tokens: input, output_tokens: output, ...cached } },
    },
  };
}

function geminiCall(
  model: string,
  messages: readonly Message[],
  text: string,
  input: number,
  output: number,
): JsonObject {
  const contents = messages.map(({ role, content }) => ({
    role: role === 'user' ? 'user' : 'model',
    parts: [{ text: content }],
  }));
  const usage = { prompt_token_count: input, candidates_token_count: output, total_token_count: input + output };
  return {
    api: 'gemini-models',
    inputs: { model, contents, config: { temperature: 0.3 } },
    output: {
      candidates: [{ content: { role: 'model', parts: [{ text }] }, finish_reason: 'STOP' }],
      ...{ model_version: model, usage_metadata: usage },
    },
  };
}

/** A session of four events with a complaint in it, which the person's thumb tells as an event of its own. */
function featured({ featureId, timeline }: Scene): DemoRequest[] {
  const session = featureId('voker-session');
  const told = (index: number): Told => ({
    ...{ id: `${session}/${index}`, session, person: 'cust_1103', agent: 'gear-adviser', version: 'v3' },
    atMs: timeline.ago(31 * MINUTE_MS) + index * 48_000,
  });
  const history: Message[] = [
    { role: 'user', content: 'I bought the Beck low shoes two weeks ago and they already leak. What now?' },
    {
      role: 'assistant',
      content: 'The Beck has no membrane, so it lets water in by design. For wet ground take the Scree mid.',
    },
    { role: 'user', content: 'The man in your Leeds shop told me that they are waterproof!' },
  ];
  const apology =
    'Then we gave you wrong advice, and I am sorry. Bring the Beck to Leeds, worn as they are, and swap them for the Scree mid: I have noted that you pay nothing on top.';
  return [
    event(told(0), 'llm', modelCall(MODELS.gptMini, history.slice(0, 1), history[1]?.content ?? '', 420, 38)),
    event(told(1), 'tool', {
      tool: 'shop_policy',
      input: { case: 'wrong advice' },
      output: { swap: true, customer_pays_eur: 0 },
    }),
    event(told(2), 'llm', modelCall(MODELS.gptMini, history, apology, 640, 55)),
    event(told(3), 'feedback', { input: { thumb: 'up', comment: 'Thank you, that is fair.' } }),
  ];
}
