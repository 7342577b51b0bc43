/** A row that the store has every reason to take: whether it does tells what its refusal of another row is worth. */

import { readProjectId } from '../canonical/ids.ts';
import type { LogRecord } from '../log/log.ts';
import type { PriceBook } from '../pricing/price.ts';
import type { LoadedEvent } from './batch.ts';
import { type BatchRows, toRows } from './rows.ts';

/** No project has this id, so no question finds the row; writing it again replaces it. */
const NOBODY = readProjectId('00000000-0000-4000-8000-000000000000');
const ID = 'probe';

export function probeRows(prices: PriceBook): BatchRows {
  if (NOBODY === undefined) throw new Error('the id of nobody is no project id');
  const record: LogRecord = { meta: '', body: new Uint8Array(), count: 1, position: 0 };
  const event: LoadedEvent = {
    draft: {
      eventId: ID,
      type: ID,
      timestamp: 0,
      placement: { by: 'trace', traceId: ID },
      spanId: ID,
      payload: '{}',
      fragments: [],
    },
    projectId: NOBODY,
    dialect: 'weflayr',
    position: 0,
    receivedAt: 0,
    userAgent: '',
    record,
    traceId: ID,
    step: 0,
    parentStep: 0,
    lastStep: 0,
    duplicate: false,
    stored: false,
    sampledOut: false,
    hasRow: true,
    fragments: [{ spanId: ID, rank: 1, time: 0, start: 0, text: {} }],
  };
  return toRows([event], [{ projectId: NOBODY, dialect: 'weflayr', from: ID, to: ID }], prices);
}
