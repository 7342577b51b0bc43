/** Hand-written workflows: a sub-workflow, a node that is rejected, one that waits for a person, one that still runs. */

import type { JsonObject } from '../canonical/json.ts';
import type { Scene } from './context.ts';
import { MODELS } from './models.ts';
import type { DemoRequest } from './request.ts';
import { customerNamed } from './shop.ts';
import { MINUTE_MS } from './timeline.ts';
import { answerOf } from './vellum.ts';
import { type Execution, execution } from './vellum-wire.ts';

const STACK = `Traceback (most recent call last):
  File "/app/larkfell/workflows/claims/nodes/read_invoice.py", line 42, in run
    invoice = parse_invoice(self.document)
  File "/app/larkfell/documents/invoice.py", line 118, in parse_invoice
    raise InvoiceError(f"page {page.number} has no total")
larkfell.documents.invoice.InvoiceError: page 2 has no total`;

export function vellumFeatures(scene: Scene): DemoRequest[] {
  return [subWorkflow(scene), rejected(scene), paused(scene), running(scene)].map((root, index) =>
    execution(scene.random.fork(`vellum/featured/${index}`), root, {
      ...{ sessionId: `${root.spanId}/run`, deployment: 'claims-prod', releaseTag: '3.0.0' },
      ...{ actor: customerNamed('Mei Tanaka').id, environment: 'production' },
    }),
  );
}

type Kind = Execution['kind'];
type Ending = Omit<Execution, 'kind' | 'spanId' | 'name' | 'startMs' | 'endMs' | 'inputs'>;

/** Times are milliseconds after the start of the workflow; without an end it still runs. */
function spanner(scene: Scene, feature: string, minutesAgo: number) {
  const originMs = scene.timeline.ago(minutesAgo * MINUTE_MS);
  return (
    id: string,
    [kind, name]: readonly [Kind, string],
    [from, to]: readonly [number, number?],
    inputs: JsonObject,
    ending: Ending = {},
  ): Execution => ({
    ...{ kind, name, spanId: scene.featureId(feature) + id, startMs: originMs + from, inputs, ...ending },
    ...(to === undefined ? {} : { endMs: originMs + to }),
  });
}

const WORKFLOW = ['workflow', 'ClaimsWorkflow'] as const;

function subWorkflow(scene: Scene): Execution {
  const span = spanner(scene, 'workflow', 17);
  const claim = { claim: 'C-2207' };
  const reply =
    'Dear Mei, the pole of your Tarn 3 broke at a ferrule that we know is weak. A new set is on its way, free of charge, and you need not send the old one back.';
  const found = { product: 'TNT-TARN-3', part: 'pole', photos: 2 };
  const logs = ['claim C-2207 has 2 photos', 'part recognised: pole, segment 4'];
  const written = answerOf(MODELS.sonnet, reply, 640, 52);
  const mail = { to: 'mei.tanaka@example.com' };
  const sent = { message_id: 'm-55120' };
  const children = [
    span('/read', ['node', 'ReadClaim'], [12, 260], claim, { outputs: found, logs }),
    damageCheck(span, claim),
    span('/write', ['node', 'WriteReply'], [3420, 5210], claim, { outputs: written }),
    span('/send', ['node', 'SendMail'], [5220, 5480], mail, { outputs: sent }),
  ];
  const outputs = { decision: 'replace part', reply };
  return span('', WORKFLOW, [0, 5500], { ...claim, customer: 'Mei Tanaka' }, { outputs, children });
}

/** The node, the workflow inside it, and its two nodes. */
function damageCheck(span: ReturnType<typeof spanner>, claim: JsonObject): Execution {
  const part = { sku: 'TNT-TARN-3-POLES' };
  const judged = answerOf(MODELS.gpt, 'Material defect, covered.', 1820, 9);
  const nodes = [
    span('/judge', ['node', 'JudgeDamage'], [300, 3120], { photos: 2 }, { outputs: judged }),
    span('/stock', ['node', 'CheckStock'], [3140, 3390], part, { outputs: { stock: 14, warehouse: 'Leeds' } }),
  ];
  const outputs = { covered: true, ...part };
  const inner = span('/inner', ['workflow', 'DamageWorkflow'], [290, 3400], claim, { outputs, children: nodes });
  return span('/damage', ['node', 'AssessDamage'], [280, 3405], claim, { outputs, children: [inner] });
}

function rejected(scene: Scene): Execution {
  const span = spanner(scene, 'workflow-rejected', 33);
  const error = { message: 'page 2 has no total', code: 'NODE_EXECUTION', stacktrace: STACK };
  const document = { document: 'invoice-LF-60714.pdf' };
  const load = span('/load', ['node', 'LoadDocument'], [10, 480], document, { outputs: { pages: 2, kilobytes: 184 } });
  const logs = ['page 1: total 389.00 EUR', 'page 2: no total found'];
  const read = span('/read', ['node', 'ReadInvoice'], [490, 1930], { pages: 2 }, { error, logs });
  return span('', WORKFLOW, [0, 1950], { claim: 'C-2215', ...document }, { error, children: [load, read] });
}

function paused(scene: Scene): Execution {
  const span = spanner(scene, 'workflow-paused', 22);
  const pausedFor = { name: 'approval', prompt: 'The refund is 529 €, above the limit of 400 €. Approve?' };
  const claim = { claim: 'C-2219' };
  const found = { product: 'TNT-TARN-3', refund_eur: 529 };
  const load = span('/load', ['node', 'ReadClaim'], [10, 210], claim, { outputs: found });
  const limits = { refund_eur: 529, limit_eur: 400 };
  const wait = span('/approval', ['node', 'AskForApproval'], [220, 260], limits, { pausedFor });
  return span('', WORKFLOW, [0, 270], claim, { pausedFor, children: [load, wait] });
}

function running(scene: Scene): Execution {
  const span = spanner(scene, 'workflow-running', 2);
  const claim = { claim: 'C-2224' };
  const found = { product: 'BAG-RIME-12', photos: 5 };
  const load = span('/load', ['node', 'ReadClaim'], [10, 190], claim, { outputs: found });
  const judge = span('/judge', ['node', 'JudgeDamage'], [200], { photos: 5 });
  return span('', WORKFLOW, [0], claim, { children: [load, judge] });
}
