/** The smaller readers, each with what must hold whatever it is given. */

import { csvRow } from '../../src/canonical/csv.ts';
import { readProjectId } from '../../src/canonical/ids.ts';
import { type JsonValue, storableText } from '../../src/canonical/json.ts';
import { elementTexts, memberText, nestingDepth } from '../../src/canonical/json-text.ts';
import { readReceipt, receiptOf } from '../../src/canonical/receipt.ts';
import { isoFromMicros, microsFromIso, readTimestamp } from '../../src/canonical/time.ts';
import {
  PRICED_PARTS,
  pricedParts,
  readUsage,
  type Usage,
  usageCounts,
  usageOfCounts,
  usageOfResponse,
} from '../../src/canonical/usage.ts';
import { filtersOf, tooManyParts } from '../../src/dialects/lunary/filters.ts';
import { storedIdsOf, vendorUuid } from '../../src/dialects/lunary/ids.ts';
import { credentialOf } from '../../src/dialects/parse-json.ts';
import { canonicalJson } from '../../src/dialects/voker/canonical-json.ts';
import { readProviderCall } from '../../src/dialects/voker/provider-shapes.ts';
import { periodParams } from '../../src/dialects/whyops/ask.ts';
import { amountsOf } from '../../src/pricing/amounts.ts';
import { costOf } from '../../src/pricing/cost.ts';
import { tablePrices } from '../../src/pricing/price-table.ts';
import { type ConditionParts, compile } from '../../src/query/reader-conditions.ts';
import { decodeCursor, encodeCursor } from '../../src/query/schemas.ts';
import { readTallyCursor } from '../../src/query/tally.ts';
import { bindLiterals } from '../../src/store/chdb/literals.ts';
import { must } from './finding.ts';
import { checkRedaction } from './redaction-check.ts';
import { DIRECTORY, PROJECT, READER } from './stand-ins.ts';

export interface Parser {
  readonly takes: 'text' | 'json';
  /** Right ones, to start from. */
  readonly samples?: readonly string[];
  check(text: string): void | Promise<void>;
}

const MODELS: readonly string[] = [
  ...[
    'gpt-4o',
    'gpt-4o-2024-08-06',
    'ft:gpt-4o-2024-08-06:acme::8f3',
    'claude-3-5-sonnet-20241022',
    'claude-sonnet-4-20250514',
  ],
  ...[
    'anthropic.claude-3-haiku-20240307-v1:0',
    'models/gemini-1.5-pro',
    'gemini-2.5-flash',
    'openai/gpt-4o',
    'o3-mini',
  ],
  ...[
    'us.meta.llama3-1-70b-instruct-v1:0',
    'mistral-large-latest',
    'text-embedding-3-small',
    'accounts/fireworks/models/x',
  ],
];

export const PARSERS: Readonly<Record<string, Parser>> = {
  time: {
    takes: 'text',
    samples: [
      '2026-01-31T09:30:00.123456Z',
      '2026-01-31 09:30:00+02:30',
      '2026-01-31',
      '2026-12-31T23:59:60.999999999-1159',
    ],
    check(text) {
      const micros = microsFromIso(text);
      if (micros === undefined) return;
      must(Number.isSafeInteger(micros) || Math.abs(micros) > 9e15, 'time: not whole', () => [text, micros]);
      must(microsFromIso(isoFromMicros(micros)) === micros, 'time: not the same when written and read', () => [
        text,
        micros,
      ]);
    },
  },
  timestamp: {
    takes: 'json',
    check(text) {
      const micros = readTimestamp(parsed(text));
      must(
        micros === undefined || (Number.isInteger(micros) && /^-?\d+$/.test(JSON.stringify(micros))),
        'timestamp: no number of micros',
      );
    },
  },
  'json-slices': { takes: 'json', check: checkSlices },
  usage: {
    takes: 'json',
    check: (text) => [readUsage, usageOfResponse].forEach((read) => void checkUsage(read(parsed(text)))),
  },
  price: {
    takes: 'text',
    samples: MODELS.flatMap((model) => [model, `openai ${model}`, `azure ${model}`, `aws ${model}`]),
    check: checkPrice,
  },
  'canonical-json': {
    takes: 'json',
    check(text) {
      const value = parsed(text);
      const canonical = canonicalJson(value);
      must(canonicalJson(parsed(canonical)) === canonical, 'canonical JSON: not stable', () => text);
    },
  },
  'provider-call': {
    takes: 'json',
    check(text) {
      const value = parsed(text);
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
      const call = readProviderCall(value);
      must(JSON.stringify(call) === JSON.stringify(readProviderCall(value)), 'provider call: not the same twice');
    },
  },
  redaction: { takes: 'json', check: checkRedaction },
  'redaction-of-text': {
    takes: 'text',
    samples: [
      ...[
        'mail ada@example.com or +49 30 901820',
        '4111 1111 1111 1111',
        'DE89 3704 0044 0532 0130 00',
        '::ffff:192.0.2.1',
        '078-05-1120',
      ],
      ...[
        'sk-proj-abcdefghijklmnopqrstuvwxyz0123456789ABCDEF',
        'EMP-12345',
        'Authorization: Bearer abcdefghijklmnop.qrstuv',
        'a@a@a.a.a',
      ],
    ],
    check: (text) => checkRedaction(JSON.stringify({ message: text, input: [text] })),
  },
  storable: {
    takes: 'text',
    check(text) {
      const stored = storableText(text);
      must(stored.isWellFormed(), 'storable text: half an emoji', () => text);
      must(
        storableText(stored) === stored && (stored === text) === text.isWellFormed(),
        'storable text: changes too much',
        () => text,
      );
    },
  },
  cursor: {
    takes: 'text',
    samples: [encodeCursor([1795239367182000, 'a|b']), encodeCursor(['x', 'y', 3]), encodeCursor([1])],
    check(text) {
      for (const shape of [['number'], ['number', 'string'], ['string', 'string', 'number']] as const) {
        const parts = decodeCursor(text, shape);
        if (parts === undefined) continue;
        must(
          JSON.stringify(decodeCursor(encodeCursor(parts), shape)) === JSON.stringify(parts),
          'cursor: not the same when written and read',
        );
      }
      const tally = readTallyCursor(text);
      if (tally !== undefined) bindLiterals(tally.having, tally.params);
    },
  },
  receipt: {
    takes: 'text',
    samples: [receiptOf(PROJECT, 0), receiptOf(PROJECT, 123_456_789), receiptOf(PROJECT, 2 ** 52)],
    check(text) {
      const position = readReceipt(PROJECT, text);
      must(
        position === undefined || receiptOf(PROJECT, position) === text,
        'receipt: two names for one position',
        () => text,
      );
      must(
        readProjectId(text) === undefined || /^[0-9a-f-]{36}$/.test(readProjectId(text) ?? ''),
        'project id: of another form',
      );
    },
  },
  filters: {
    takes: 'text',
    samples: [
      ...[
        'type=llm&models=gpt-4o%2Cgpt-4&tags=a%252Cb',
        'OR&status=error&duration=gt.0.5&cost=lte.1&tokens=total.gt.10',
      ],
      ...[
        'metadata=a.b.c&user-props=plan.pro&feedback=%7B%22thumb%22%3A%22up%22%7D%2C%7B%22a%22%3Anull%7D',
        'type=thread&users=1%2C2',
      ],
      ...[
        'date=gte.2026-01-31T09%3A30%3A00%2B02%3A00&date=lt.2026-02-01',
        'search=hello%20world%20%E2%80%9Cx&templates=1%2C2&type=trace',
      ],
    ],
    async check(text) {
      const query = new URLSearchParams(text);
      // Refused by the routes (`read-route.ts`).
      if (tooManyParts(query)) return;
      const { where } = await filtersOf(query, { directory: DIRECTORY, reader: READER });
      const narrowed: ConditionParts['narrowed'] = async (rows, values) => ({
        scope: { roots: undefined, spread: undefined, hidden: 'none', tracesWith: rows },
        params: values,
      });
      const { params } = await compile(where, { narrowed, traces: new Map() });
      for (const value of Object.values(params)) bindLiterals('{value:String}', { value });
    },
  },
  period: {
    takes: 'text',
    samples: ['startDate=2026-01-31&endDate=2026-02-01T00%3A00%3A00Z'],
    check: (text) => void periodParams(new URLSearchParams(text)),
  },
  'vendor-ids': {
    takes: 'text',
    samples: ['8ee49969-4335-426c-c68d-cf993e874aee', 'my-run-1'],
    check(text) {
      // As the vendor does: whatever has the length of one is one.
      must(vendorUuid(text).length === 36, 'vendor uuid: is none', () => text);
      must(vendorUuid(vendorUuid(text)) === vendorUuid(text), 'vendor uuid: of a uuid is another', () => text);
      must(
        storedIdsOf(text, 'key').every((id) => typeof id === 'string'),
        'stored ids: no texts',
      );
    },
  },
  authorization: {
    takes: 'text',
    samples: ['Bearer trib_x', 'Basic eDp5', '  bearer   x  y'],
    check: (text) =>
      must(
        credentialOf(text) === undefined || !/\s/.test(credentialOf(text) ?? ''),
        'credential: holds a space',
        () => text,
      ),
  },
  csv: {
    takes: 'text',
    check(text) {
      const row = csvRow([text, null, 1, { a: text }]);
      must(row.endsWith('\r\n') && (row.match(/"/g) ?? []).length % 2 === 0, 'CSV: quotes do not match', () => text);
      must(!/(^|,)"?[=+@-]/.test(csvRow([text]).slice(0, 2)), 'CSV: a formula', () => text);
    },
  },
};

function parsed(text: string): JsonValue {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Slices of the text against the values of the parser. */
function checkSlices(text: string): void {
  let value: JsonValue;
  try {
    value = JSON.parse(text);
  } catch {
    // Not specified for other text, but neither may it throw away the process.
    elementTexts(text);
    return;
  }
  const items = elementTexts(text);
  must((items !== undefined) === Array.isArray(value), 'slices: a list is none', () => text);
  if (items !== undefined && Array.isArray(value)) {
    must(items.length === value.length, 'slices: other elements', () => text);
    for (const [i, item] of items.entries())
      must(same(JSON.parse(item), value[i]), 'slices: another element', () => item);
  } else if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    for (const [key, member] of Object.entries(value).slice(0, 10)) {
      const slice = memberText(text, key);
      must(slice !== undefined && same(JSON.parse(slice), member), 'slices: another member', () => [key, slice]);
    }
  }
  const depth = nestingDepth(Buffer.from(text), 1000);
  must(depth >= Math.min(1000, depthOf(value)), 'nesting: another depth', () => [depth, depthOf(value)]);
}

function same(left: JsonValue | undefined, right: JsonValue | undefined): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

/** Duplicate keys hide what they stand before: then the text is deeper than the value. */
function depthOf(value: JsonValue | undefined): number {
  if (typeof value !== 'object' || value === null) return 0;
  let deepest = 0;
  for (const part of Object.values(value)) deepest = Math.max(deepest, depthOf(part));
  return deepest + 1;
}

export function checkUsage(usage: Usage | undefined): void {
  if (usage === undefined) return;
  const counts = usageCounts(usage);
  must(
    counts.every((count) => Number.isSafeInteger(count) && count >= -1),
    'usage: a count is none',
    () => usage,
  );
  must(
    JSON.stringify(usageCounts(usageOfCounts(counts))) === JSON.stringify(counts),
    'usage: not the same when stored',
    () => usage,
  );
  const parts = pricedParts(usage);
  must(
    parts === undefined || PRICED_PARTS.every((part) => Number.isSafeInteger(parts[part]) && parts[part] >= 0),
    'usage: a part is no count',
    () => [usage, parts],
  );
}

function checkPrice(text: string): void {
  const space = text.indexOf(' ');
  const [provider, model] = space === -1 ? [undefined, text] : [text.slice(0, space), text.slice(space + 1)];
  for (const { price } of tablePrices(model, provider)) {
    const amounts = amountsOf(price);
    must(
      amounts.every((amount) => Number.isSafeInteger(amount) && amount >= 0),
      'price: an amount is none',
      () => [text, amounts],
    );
    const cost = costOf({ input: 1e12, output: 3, cacheRead: 5 }, price);
    must(cost !== undefined && Number.isFinite(cost.costUsd) && cost.costUsd >= 0, 'price: a cost is none', () => text);
  }
}
