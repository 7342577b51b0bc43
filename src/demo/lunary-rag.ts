/** The help search, through Lunary: the question is embedded, articles are retrieved, a model answers from them. */

import type { JsonObject } from '../canonical/json.ts';
import { repeated, type Scene } from './context.ts';
import { chatRun, ingest, type Run, runEvents } from './lunary-wire.ts';
import { drawCall, MODELS } from './models.ts';
import type { Random } from './random.ts';
import type { DemoRequest } from './request.ts';
import { CUSTOMERS } from './shop.ts';
import { MINUTE_MS } from './timeline.ts';

interface Article {
  readonly question: string;
  readonly title: string;
  readonly text: string;
  readonly answer: string;
}

const ARTICLES: readonly Article[] = [
  {
    question: 'how do I get the smell out of my sleeping bag',
    title: 'Washing down',
    text: 'Down bags are washed at 30 °C in a front loader with a down soap, and dried warm with two tennis balls until no lumps are left. This takes three hours or more.',
    answer:
      'Wash it at 30 °C with a down soap in a front loader, then dry it warm with two tennis balls until no lumps are left: three hours at least. [Washing down]',
  },
  {
    question: 'which gas cartridge fits the ember stove',
    title: 'Ember: fuel',
    text: 'The Ember takes all cartridges with a Lindal valve (EN 417). Below −5 °C use a mix with isobutane. Pierceable cartridges do not fit.',
    answer:
      'Any cartridge with a Lindal valve (EN 417). Below −5 °C take an isobutane mix. Pierceable ones do not fit. [Ember: fuel]',
  },
  {
    question: 'can I take trekking poles in hand luggage',
    title: 'Flying with gear',
    text: 'Most airlines want poles in the hold. Stoves must be free of fuel and smell. Lighters are allowed on the person, one each.',
    answer: 'Mostly not: airlines want poles in the hold. [Flying with gear]',
  },
  {
    question: 'repair a puncture in the loft mat',
    title: 'Finding and closing a leak',
    text: 'Fill the bath, hold the mat under water section by section, mark the bubbles, dry, clean with alcohol, put on the patch and weigh it down for four hours.',
    answer:
      'Find the bubbles under water, mark, dry and clean the place with alcohol, then press the patch on for four hours. [Finding and closing a leak]',
  },
];

export function ragTraffic(scene: Scene): DemoRequest[] {
  const { timeline, random, featureId } = scene;
  const featured = search(scene.random.fork('lunary/rag/featured'), featureId('rag'), timeline.ago(9 * MINUTE_MS), [
    'featured',
  ]);
  const ordinary = repeated(scene, 'lunary/rag', 190, (each) => {
    const startMs = timeline.moment(each);
    return search(each, each.uuid(), startMs, []);
  });
  return [
    search(random.fork('lunary/rag/empty'), featureId('rag-empty'), timeline.ago(88 * MINUTE_MS), ['featured'], true),
    featured,
    ...ordinary,
  ];
}

function search(random: Random, id: string, startMs: number, tags: readonly string[], isEmpty = false): DemoRequest {
  const article = random.pick(ARTICLES);
  const customer = random.pick(CUSTOMERS);
  const question = isEmpty ? 'do you rent out snow shoes' : article.question;
  const answer = isEmpty
    ? 'I could not find anything about that in our help pages. Shall I pass your question on?'
    : article.answer;
  const [embedMs, findMs] = [Math.round(random.around(110, 0.5)), Math.round(random.around(45, 0.6))];
  const found = isEmpty ? [] : documents(random, article);
  const context = found.map(({ title, text }) => `# ${title}\n${text}`).join('\n\n');
  const model = MODELS.gpt41Mini;
  const call = drawCall(random, model, context + question, answer);
  const embedAt = { startMs: startMs + 10, endMs: startMs + 10 + embedMs };
  const findAt = { startMs: embedAt.endMs + 5, endMs: embedAt.endMs + 5 + findMs };
  const answerAt = { startMs: findAt.endMs + 5, endMs: findAt.endMs + 5 + call.durationMs };
  const below = () => ({ id: random.uuid(), parent: id });
  const input = [
    { role: 'system', content: `Answer from these articles only, and name the one that you used.\n\n${context}` },
    { role: 'user', content: question },
  ];
  const embedding = {
    type: 'embed',
    name: 'text-embedding-3-small',
    input: question,
    output: '[1536 numbers]',
  } as const;
  const retrieval = {
    type: 'retriever',
    name: 'help-articles',
    input: { query: question, k: 3 },
    output: found,
  } as const;
  const usage = { prompt: call.inputTokens, completion: call.outputTokens };
  const runs: Run[] = [
    {
      ...{
        id,
        type: 'chain',
        name: 'help-search',
        startMs,
        endMs: answerAt.endMs + 5,
        input: question,
        output: answer,
      },
      ...{ customer, tags: [...tags, 'help', 'rag', 'production'] },
      metadata: { environment: 'production', index: 'help-2026-10' },
    },
    { ...below(), ...embedding, ...embedAt, usage: { prompt: Math.ceil(question.length / 4), completion: 0 } },
    { ...below(), ...retrieval, ...findAt },
    chatRun({ ...below(), model, ...answerAt, input, answer, usage, params: { temperature: 0, max_tokens: 300 } }),
  ];
  return ingest(runs.flatMap(runEvents));
}

function documents(random: Random, article: Article): (JsonObject & { title: string; text: string })[] {
  const others = ARTICLES.filter((other) => other !== article).slice(0, 2);
  return [article, ...others].map(({ title, text }, index) => ({
    ...{ id: `help-${100 + ARTICLES.findIndex((one) => one.title === title)}`, title, text },
    score: Number((0.86 - index * 0.21 + random.unit() * 0.05).toFixed(3)),
  }));
}
