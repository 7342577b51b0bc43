// Feedback and scores of a run, written and read back, as a user of Lunary's JavaScript SDK would write it.
// LUNARY_PRIVATE_KEY and LUNARY_API_URL say where they go; without the private key, LUNARY_PUBLIC_KEY.

import lunary from 'lunary';

const told = (error) => error.message;
const runId = 'answer-1';

lunary.trackEvent('llm', 'start', { runId, name: 'gpt-4o', input: 'How is the weather?', userId: 'user-1' });
// The run is still in the SDK's queue.
const early = await lunary.score(runId, 'accuracy', 0.5).catch(told);
lunary.trackEvent('llm', 'end', { runId, output: 'Sunny.', tokensUsage: { prompt: 12, completion: 5 } });
lunary.trackFeedback(runId, { thumb: 'down', comment: 'Really?' });
await lunary.flush();

const first = await lunary.getFeedback(runId).catch(told);
lunary.trackFeedback(runId, { thumb: 'up', comment: null });
await lunary.flush();
const second = await lunary.getFeedback(runId).catch(told);

const scores = [
  await lunary.score(runId, 'accuracy', 0.9, 'Close enough').catch(told),
  await lunary.score(runId, 'is it right?', true).catch(told),
  await lunary.score(runId, 'tone', 'friendly').catch(told),
];
const wrong = await lunary.score(runId, 'nothing', null).catch(told);
const nobody = await lunary.getFeedback('nobody').catch(told);
const template = await lunary.renderTemplate('welcome', {}).catch(told);

console.log(JSON.stringify({ early: early ?? null, first, second, scores, wrong, nobody, template }));
