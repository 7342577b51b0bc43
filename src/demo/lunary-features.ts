/** Hand-written traces of the support desk: retries, failures, what still runs, and an output of 300 KB. */

import type { Scene } from './context.ts';
import { toolDefinition } from './lunary.ts';
import { Script } from './lunary-script.ts';
import { toolCall, toolResult } from './lunary-wire.ts';
import { MODELS } from './models.ts';
import type { DemoRequest } from './request.ts';

const CATALOGUE_LINES = 7400;

export function lunaryFeatures(scene: Scene): DemoRequest[] {
  return [retry(scene), failedTool(scene), running(scene), largeOutput(scene)];
}

/** The order service fails twice with what flaky services say, and answers the third time. */
function retry(scene: Scene): DemoRequest {
  const question =
    'My tent LF-48213 was due on Tuesday. We start the Cape Wrath Trail on Saturday, please tell me it will be here?';
  const answer =
    'Good news, Amara: the Fellside 2 is at the depot in Inverness and on the van tomorrow between 9 and 13 h, so it is with you before Saturday. If you would rather collect it tonight, the depot is open until 20 h; bring the order number **LF-48213**.';
  const script = new Script(scene, { name: 'support-retry', minutesAgo: 12, customer: 'Amara Okafor', question });
  const args = { order_id: 'LF-48213', include: ['shipments'] };
  const shipment = { carrier: 'NordPost', last_scan: 'Inverness depot', eta: 'tomorrow 9–13 h' };
  const found = { order_id: 'LF-48213', status: 'shipped', shipments: [shipment] };
  const failed = (message: string) => ({
    failure: {
      message,
      stack: `Error: ${message}\n    at OrderService.request (/app/src/services/orders.ts:88:11)\n    at async retry (/app/src/agent/retry.ts:19:14)`,
    },
  });
  const attempt = (number: number) => ({ metadata: { attempt: number } });
  const tools = ['lookup_order', 'create_return_label', 'escalate_to_human'].map(toolDefinition);

  const metadata = { environment: 'production', release: '3.3', orderId: 'LF-48213', retries: 2 };
  script.agent('support-agent', [0, 11_400], answer, ['featured', 'delivery', 'production', 'release-3.3'], metadata);
  script.model('plan', MODELS.sonnet, [20, 1480], script.messages, toolCall('lookup_order', args), {
    usage: { prompt: 812, completion: 41 },
    params: { temperature: 0.2, max_tokens: 600, tools },
  });
  const reset = failed('lookup_order: socket hang up (ECONNRESET)');
  const unavailable = failed('lookup_order: 503 Service Unavailable, retry after 1 s');
  script.tool('lookup-1', 'lookup_order', [1500, 4510], args, reset, attempt(1));
  script.tool('lookup-2', 'lookup_order', [5010, 6060], args, unavailable, attempt(2));
  script.tool('lookup-3', 'lookup_order', [7070, 7390], args, { output: found }, attempt(3));
  const history = [toolCall('lookup_order', args), toolResult('lookup_order', JSON.stringify(found))];
  script.model('answer', MODELS.sonnet, [7400, 11_380], [...script.messages, ...history], answer, {
    usage: { prompt: 1034, completion: 96 },
  });
  script.feedback(60_000, { thumb: 'up', comment: 'You saved our trip!' });
  return script.request();
}

/** The tool breaks for good. The agent says so, and answers with what it has. */
function failedTool(scene: Scene): DemoRequest {
  const question =
    'I sent back the Eider jacket three weeks ago (LF-31977) and there is no refund on my card. What is going on?';
  const answer =
    'I am sorry, Jonas. I can see that your parcel for LF-31977 was scanned in our warehouse 16 days ago, but the refund system does not answer me right now, so I will not guess. I have passed this to Priya in payments with your order number; she writes to you today before 17 h.';
  const script = new Script(scene, {
    name: 'support-tool-failed',
    minutesAgo: 26,
    customer: 'Jonas Lindqvist',
    question,
  });
  const args = { order_id: 'LF-31977' };
  const message = "Cannot read properties of undefined (reading 'capturedAt')";
  const stack = [
    `TypeError: ${message}`,
    'at refundState (/app/src/tools/refund-status.ts:57:38)',
    'at refundStatus (/app/src/tools/refund-status.ts:31:10)',
    'at process.processTicksAndRejections (node:internal/process/task_queues:105:5)',
    'at async runTool (/app/src/agent/tools.ts:41:18)',
    'at async SupportAgent.turn (/app/src/agent/support-agent.ts:112:22)',
  ].join('\n    ');
  const ticket = { ticket: 'PAY-5521', due: 'today 17 h' };

  const metadata = { environment: 'production', release: '3.3', orderId: 'LF-31977', escalated: true };
  script.agent('support-agent', [0, 5900], answer, ['featured', 'refund', 'production', 'release-3.3'], metadata);
  script.model('plan', MODELS.haiku, [15, 1100], script.messages, toolCall('refund_status', args), {
    usage: { prompt: 790, completion: 34 },
    params: { tools: [toolDefinition('refund_status')] },
  });
  script.tool('refund-status', 'refund_status', [1110, 1390], args, { failure: { message, stack } });
  script.tool('escalate', 'escalate_to_human', [2900, 3080], { team: 'payments', ...args }, { output: ticket });
  const history = [toolCall('refund_status', args), toolResult('refund_status', `Error: ${message}`)];
  script.model('answer', MODELS.haiku, [3100, 5880], [...script.messages, ...history], answer, {
    usage: { prompt: 1120, completion: 118 },
  });
  script.feedback(90_000, { thumb: 'down', comment: 'Polite, but I still do not have my money' });
  return script.request();
}

/** Its start is all that there is: the agent waits for a model. */
function running(scene: Scene): DemoRequest {
  const question = 'Compare the Rime and the Dusk sleeping bag for a night at −5 °C in a bivvy, please.';
  const script = new Script(scene, { name: 'still-running', minutesAgo: 1, customer: 'Mei Tanaka', question });
  const hits = [
    { sku: 'BAG-RIME-12', score: 0.91 },
    { sku: 'BAG-DUSK-0', score: 0.84 },
  ];
  const metadata = { environment: 'production', release: '3.3' };
  script.agent('support-agent', [0], undefined, ['featured', 'advice', 'production'], metadata);
  script.tool('search', 'product_search', [300, 720], { query: 'sleeping bag −5 °C' }, { output: hits });
  script.model('answer', MODELS.sonnet, [740], script.messages, null, {});
  return script.request();
}

/** A whole catalogue, line by line. */
function largeOutput(scene: Scene): DemoRequest {
  const question = 'Export every variant that is on sale.';
  const script = new Script(scene, { name: 'large-output', minutesAgo: 41, customer: 'Lucía Herrera', question });
  const line = (index: number) =>
    [
      index + 1,
      `LF-${(index * 7919) % 100_000}`,
      ['tent', 'bag', 'boots', 'stove'][index % 4],
      ['S', 'M', 'L'][index % 3],
      `${(index * 37) % 400}.90`,
      `in stock: ${(index * 13) % 60}`,
    ].join(',');
  const lines = Array.from({ length: CATALOGUE_LINES }, (_, index) => line(index));
  const csv = ['line,variant,kind,size,price_eur,stock', ...lines].join('\n');
  const metadata = { environment: 'staging' };
  script.agent('catalogue-export', [0, 2600], 'The export is done.', ['featured', 'export', 'staging'], metadata);
  script.tool('export', 'export_catalogue', [40, 2500], { on_sale: true, format: 'csv' }, { output: csv });
  return script.request();
}
