/** Hand-written calls, through Lunary, that show what a message can hold: pictures, Markdown, languages, JSON, a cached prompt. */

import type { JsonObject, JsonValue } from '../canonical/json.ts';
import type { Scene } from './context.ts';
import { SUPPORT_PROMPT } from './lunary.ts';
import { chatRun, ingest, messageEvent, type Run, runEvents } from './lunary-wire.ts';
import { MODELS, type Model } from './models.ts';
import type { DemoRequest } from './request.ts';
import { type Customer, customerNamed } from './shop.ts';
import { MINUTE_MS } from './timeline.ts';

/** A red square of 8 × 8 pixels. */
const TINY_PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAEUlEQVR42mM4YWSEFTEMLQkAc/tLAeVUENYAAAAASUVORK5CYII=';

const MARKDOWN = `## Pitching the Tarn 3 in wind

1. Peg the **windward** side first, door to the lee.
2. Raise the *rear* pole, then the front one.
3. Guy lines at 45°.

| wind | pegs | guy lines |
|---|---:|---:|
| calm | 8 | 2 |
| 40 km/h | 12 | 6 |
| 70 km/h | 16 | 10 |

To work out how many pegs to carry:

\`\`\`python
def pegs(wind_kmh: int, spare: int = 2) -> int:
    base = 8 if wind_kmh < 20 else 12 if wind_kmh < 50 else 16
    return base + spare

print(pegs(55))  # 18
\`\`\`

> Above 80 km/h, use a hut.

More: [pitching guide](https://help.larkfell.example/tents/pitching), or \`tarn3 --manual\` on the packaging.`;

interface Answered {
  readonly name: string;
  readonly customer: Customer;
  readonly minutesAgo: number;
  readonly model: Model;
  readonly tags: readonly string[];
  readonly messages: JsonValue;
  readonly answer: JsonValue;
  readonly usage: JsonObject;
  readonly seconds: number;
  readonly rest?: Partial<Run>;
}

export function lunaryMessages(scene: Scene): DemoRequest[] {
  const calls = [vision(), markdown(), languages(), jsonMode(), cachedPrompt(), unknownFields()];
  return [...calls.map((call) => ingest(runEvents(asRun(scene, call)))), conversation(scene)];
}

function asRun(
  { featureId, timeline }: Scene,
  { name, customer, minutesAgo, model, tags, messages, answer, usage, seconds, rest }: Answered,
): Run {
  const startMs = timeline.ago(minutesAgo * MINUTE_MS);
  return {
    ...chatRun({
      id: featureId(name),
      model,
      startMs,
      endMs: startMs + Math.round(seconds * 1000),
      customer,
      input: messages,
      answer,
      usage,
    }),
    ...{ tags: ['featured', ...tags, 'production'], metadata: { environment: 'production' }, ...rest },
  };
}

function ask(content: JsonValue): JsonValue {
  return [
    { role: 'system', content: SUPPORT_PROMPT },
    { role: 'user', content },
  ];
}

function vision(): Answered {
  const messages = ask([
    {
      type: 'text',
      text: 'The seam of my Gale jacket looks like the first picture, the swatch on the label like the second. Is it covered?',
    },
    { type: 'image_url', image_url: { url: 'https://uploads.larkfell.example/claims/9921/seam.jpg', detail: 'high' } },
    { type: 'image_url', image_url: { url: `data:image/png;base64,${TINY_PNG}` } },
  ]);
  const answer =
    'The first picture shows the tape coming off the shoulder seam, which is covered for the life of the jacket. The red swatch is the 2024 batch. I have opened repair **W-7718** and mailed you a label.';
  return {
    name: 'images',
    customer: customerNamed('Ivana Horvat'),
    minutesAgo: 52,
    model: MODELS.gpt,
    tags: ['warranty', 'vision'],
    messages,
    answer,
    usage: { prompt: 1432, completion: 61 },
    seconds: 4.2,
    rest: { params: { max_tokens: 400 } },
  };
}

function markdown(): Answered {
  const messages = ask('How do I pitch the Tarn 3 in strong wind, and how many pegs do I need?');
  return {
    name: 'markdown',
    customer: customerNamed('Ben Hollis'),
    minutesAgo: 58,
    model: MODELS.sonnet,
    tags: ['advice'],
    messages,
    answer: MARKDOWN,
    usage: { prompt: 540, completion: 327 },
    seconds: 6.8,
  };
}

function languages(): Answered {
  const messages = [
    { role: 'system', content: SUPPORT_PROMPT },
    { role: 'user', content: 'こんにちは。先週注文した寝袋(LF-77120)がまだ届きません。富士山に行くのは土曜日です 🏔️' },
    {
      role: 'assistant',
      content: 'お待たせして申し訳ございません。お荷物は東京の営業所にあり、明日の午前中にお届けします。📦',
    },
    { role: 'user', content: 'شكراً! زوجتي تسأل: هل الحقيبة Cairn 55 مقاومة للماء؟ الطلب رقم LF-77121' },
  ];
  const answer =
    'نعم، قماش الحقيبة Cairn 55 مقاوم للماء، لكن الدرزات غير ملحومة. للمطر الغزير ننصح بالغطاء المرفق في الجيب السفلي. ☔️👍🏽';
  return {
    name: 'languages',
    customer: customerNamed('Kenji Watanabe'),
    minutesAgo: 64,
    model: MODELS.geminiPro,
    tags: ['delivery', 'i18n'],
    messages,
    answer,
    usage: { prompt: 612, completion: 74 },
    seconds: 3.9,
  };
}

function jsonMode(): Answered {
  const fields = {
    intent: { type: 'string', enum: ['refund', 'delivery', 'advice'] },
    order_id: { type: ['string', 'null'] },
    urgency: { type: 'integer' },
    language: { type: 'string' },
  };
  const schema = {
    type: 'object',
    properties: fields,
    required: ['intent', 'order_id', 'urgency', 'language'],
    additionalProperties: false,
  };
  const messages = ask('Sort this mail: "Guten Tag, mein Zelt LF-40022 hat ein Loch und wir fahren morgen los!!"');
  const answer = JSON.stringify({ intent: 'refund', order_id: 'LF-40022', urgency: 5, language: 'de' });
  const params = {
    temperature: 0,
    seed: 7,
    response_format: { type: 'json_schema', json_schema: { name: 'triage', strict: true, schema } },
  };
  return {
    name: 'json-mode',
    customer: customerNamed('Hannah Vogel'),
    minutesAgo: 70,
    model: MODELS.gptMini,
    tags: ['triage', 'json'],
    messages,
    answer,
    usage: { prompt: 455, completion: 31 },
    seconds: 1.3,
    rest: { params },
  };
}

/** As the SDK reports Anthropic's cache: written and read tokens next to the prompt's, and repeated in the end's metadata. */
function cachedPrompt(): Answered {
  const messages = ask('Is the Rill filter safe for water with cattle upstream?');
  const answer =
    'Yes for bacteria and protozoa, which is what cattle bring. It does not take out viruses or farm chemicals: below fields, boil the water or take it from a side stream.';
  const endMetadata = { cacheCreationInputTokens: 310, cacheReadInputTokens: 18_450 };
  return {
    name: 'prompt-cache',
    customer: customerNamed('Samuel Adeyemi'),
    minutesAgo: 76,
    model: MODELS.sonnet,
    tags: ['advice', 'cache'],
    messages,
    answer,
    usage: { prompt: 64, completion: 58, promptCached: 18_760 },
    seconds: 2.1,
    rest: { endMetadata, params: { max_tokens: 300, cache_control: { type: 'ephemeral', ttl: '5m' } } },
  };
}

/** A newer SDK than this server: what it says beyond the protocol is kept in the event. */
function unknownFields(): Answered {
  const extras = {
    sdkVersion: '9.0.0-beta',
    experiment: { arm: 'B', cohort: 12 },
    evaluations: [{ name: 'politeness', score: 0.93 }],
  };
  return {
    name: 'unknown-fields',
    customer: customerNamed('Ingrid Sørensen'),
    minutesAgo: 82,
    model: MODELS.mistral,
    tags: ['advice'],
    messages: ask('Do you ship to Iceland?'),
    answer: 'We do: five to eight working days, and customs is included in the price.',
    usage: { prompt: 420, completion: 22 },
    seconds: 1.7,
    rest: { extras },
  };
}

/** Five messages of one thread, with the model's calls below the questions, and a thumb each way. */
function conversation({ featureId, timeline }: Scene): DemoRequest {
  const thread = featureId('thread');
  const customer = customerNamed('Tomasz Kowalczyk');
  const startMs = timeline.ago(38 * MINUTE_MS);
  const turns: readonly (readonly [string, string, 'up' | 'down', string])[] = [
    [
      'Which of your backpacks takes a bear canister?',
      'The Cairn 38 takes one if you leave the sleeping bag outside.',
      'down',
      'That is the small one, I asked for a week’s hike',
    ],
    [
      'I mean for eight days in the Tatras, with the canister inside.',
      'Then the **Cairn 55**, Tomasz: a BV450 fits lying flat below the lid, and there are 30 litres left for the rest. It is 209 €, and we have three in Kraków.',
      'up',
      'Exactly what I needed',
    ],
  ];
  const events = turns.flatMap(([question, answer, thumb, comment], index) => {
    const atMs = startMs + index * 150_000;
    const common = { thread, customer, tags: ['chat', 'advice', 'featured'] };
    const askId = `${thread}/question-${index + 1}`;
    const call = chatRun({
      id: `${thread}/call-${index + 1}`,
      parent: askId,
      model: MODELS.haiku,
      startMs: atMs + 300,
      endMs: atMs + 2400,
      input: ask(question),
      answer,
      customer,
      usage: { prompt: 480 + index * 90, completion: 45 },
    });
    return [
      messageEvent({ ...common, id: askId, role: 'user', content: question, atMs }),
      ...runEvents(call),
      messageEvent({
        ...common,
        id: `${thread}/answer-${index + 1}`,
        role: 'assistant',
        content: answer,
        atMs: atMs + 2500,
        thumb,
        comment,
      }),
    ];
  });
  return ingest(events);
}
