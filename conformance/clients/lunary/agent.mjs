// An agent that answers a question of a chat, as a user of Lunary's JavaScript SDK would write it.
// LUNARY_PUBLIC_KEY (LUNARY_APP_ID up to 0.6) and LUNARY_API_URL say where the events go.

import OpenAI from 'openai';

const sdk = process.env.LUNARY_PACKAGE ?? 'lunary';
const { default: lunary } = await import(sdk);
const { monitorOpenAI } = await import(`${sdk}/openai`);

const openai = monitorOpenAI(new OpenAI({ maxRetries: 0 }));
const tools = [
  {
    type: 'function',
    function: { name: 'weather', parameters: { type: 'object', properties: { city: { type: 'string' } } } },
  },
];

const weather = lunary.wrapTool(
  async ({ city }) => {
    const report = await openai.chat.completions.create({
      model: 'gpt-4o-mini',
      messages: [{ role: 'user', content: `Summarise the weather report of ${city}` }],
    });
    return report.choices[0].message.content;
  },
  { name: 'weather' },
);

const forecast = lunary.wrapTool(
  async (day) => {
    throw new TypeError(`no forecast for ${day}`);
  },
  { name: 'forecast' },
);

const support = lunary.wrapAgent(
  async (question) => {
    const messages = [{ role: 'user', content: question }];
    const plan = await openai.chat.completions.create({
      model: 'gpt-4o',
      temperature: 0.5,
      tags: ['plan'],
      messages,
      tools,
    });
    const [call] = plan.choices[0].message.tool_calls;
    const report = await weather(JSON.parse(call.function.arguments));
    await forecast('tomorrow').catch(() => {});
    await openai.chat.completions.create({ model: 'gpt-unknown', messages }).catch(() => {});
    const stream = await openai.chat.completions.create({
      model: 'gpt-4o-mini',
      stream: true,
      messages: [...messages, { role: 'system', content: report }],
    });
    let answer = '';
    for await (const chunk of stream) answer += chunk.choices[0].delta.content ?? '';
    return answer;
  },
  { name: 'support', userId: 'user-1', userProps: { name: 'Ada' } },
);

const thread = lunary.openThread({ id: 'ticket-42', tags: ['web'] });
const questionId = thread.trackMessage({ role: 'user', content: 'How is the weather in Paris?' });
const answer = await support('How is the weather in Paris?').setParent(questionId);
const answerId = thread.trackMessage({ role: 'assistant', content: answer });
lunary.trackFeedback(answerId, { thumb: 'up', comment: 'Right!' });

await weather({ city: 'Rome' }).identify('user-2', { name: 'Grace' });

if (sdk !== 'lunary-0.6') {
  const { default: Anthropic } = await import('@anthropic-ai/sdk');
  const { monitorAnthropic } = await import(`${sdk}/anthropic`);
  const anthropic = monitorAnthropic(new Anthropic({ maxRetries: 0 }));
  await anthropic.messages.create({
    model: 'claude-haiku-4-5',
    max_tokens: 100,
    messages: [{ role: 'user', content: 'How is the weather in Paris?' }],
  });
}

await lunary.flush();
console.log(JSON.stringify({ answer }));
