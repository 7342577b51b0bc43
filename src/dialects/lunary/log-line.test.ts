import { describe, expect, it } from 'vitest';
import { draft, span } from './testing.ts';

const LOG = { type: 'log', event: 'info', message: 'hello', extra: { a: 1 }, timestamp: 1_700_000_000_000 };

describe('log events', () => {
  it('are points with a level, a message and metadata', () => {
    expect(span(LOG)).toMatchObject({ kind: 'event', name: 'info', input: 'hello', status: 'ok', metadata: { a: 1 } });
    expect(span(LOG)).not.toHaveProperty('error');
  });

  it('are their own span, under a run if they name one', () => {
    const root = draft(LOG);
    expect(root).toMatchObject({ spanId: root.eventId, placement: { by: 'parent' } });
    const child = draft({ ...LOG, parentRunId: 'r', runId: 'ignored' });
    expect(child).toMatchObject({ spanId: child.eventId, placement: { by: 'parent', parentSpanId: 'r' } });
    expect(child.fragments[0]?.text).toMatchObject({ parentSpanId: 'r' });
  });

  it('of level error have an error', () => {
    const extra = { message: 'E1', stack: 's' };
    expect(span({ ...LOG, event: 'error', extra })).toMatchObject({
      status: 'error',
      error: { message: 'hello', stack: 's' },
    });
    expect(span({ ...LOG, event: 'error', message: null, extra })).toMatchObject({ error: { message: 'E1' } });
    expect(span({ ...LOG, event: 'error', message: { a: 1 }, extra: null })).toMatchObject({
      error: { message: '{"a":1}' },
    });
  });
});
