import { describe, expect, it } from 'vitest';
import { draft, drafts, span, spansOf } from './testing.ts';

const T = 1_700_000_000_000;
const CHAT = {
  ...{ type: 'thread', event: 'chat', runId: 'm1', parentRunId: 'th', timestamp: T, userId: 'u' },
  message: { role: 'user', content: 'Hello' },
};

/** The vendor's ids of `m1` and `th`, from an implementation of the rule in Python (protocols/lunary.md 2.2). */
const UUIDS = {
  'tributary.uuid': 'ca0df2c9-5aa1-44c1-a0ff-2ff3c8f967fd',
  'tributary.threadUuid': '6bde0b83-0d8b-456d-aa61-c5c1cb648c7f',
};

describe('chat messages', () => {
  it('are spans of their own in the session of their thread', () => {
    expect(draft(CHAT)).toMatchObject({ spanId: 'm1', placement: { by: 'parent' }, type: 'chat' });
    expect(span(CHAT)).toMatchObject({
      ...{ kind: 'message', name: 'user', input: 'Hello', status: 'ok', sessionId: 'th', userId: 'u' },
      ...{ start: T * 1000, end: T * 1000 },
    });
    expect(span(CHAT)).not.toHaveProperty('parentSpanId');
  });

  it.each(['assistant', 'tool', 'bot', 'function', undefined])('what %s says is output', (role) => {
    const said = span({ ...CHAT, message: role === undefined ? { content: 'x' } : { role, content: 'x' } });
    expect(said).toMatchObject({ output: 'x' });
    expect(said).not.toHaveProperty('input');
    expect(said.name).toBe(role);
  });

  it('keep the rest of the message as metadata', () => {
    const message = {
      ...CHAT.message,
      id: 'm1',
      isRetry: true,
      tags: ['t'],
      extra: { a: { deep: 1 } },
      metadata: { m: 1 },
    };
    expect(span({ ...CHAT, message, threadMetadata: { ch: 'web' }, metadata: { own: 1 } }).metadata).toEqual({
      ...{ own: 1, threadMetadata: { ch: 'web' }, messageId: 'm1', isRetry: true },
      ...{ tags: ['t'], extra: { a: { deep: 1 } }, metadata: { m: 1 } },
      ...UUIDS,
    });
    expect(span({ ...CHAT, message: { role: 'user', content: 'x', is_retry: true, id: null } }).metadata).toEqual({
      isRetry: true,
      ...UUIDS,
    });
  });

  it('thread tags are tags', () => {
    expect(span({ ...CHAT, threadTags: ['support'] }).tags).toEqual(['support']);
    expect(span({ ...CHAT, threadTags: null }).tags).toEqual([]);
  });

  it('carry feedback inside or outside, and null wipes nothing', () => {
    const liked = { ...CHAT, feedback: { thumb: 'up' }, message: { ...CHAT.message, feedback: { comment: 'c' } } };
    expect(span(liked).feedback).toEqual([{ feedback: { comment: 'c', thumb: 'up' } }]);
    expect(span(liked, { ...CHAT, timestamp: T + 1, feedback: null }).feedback).toHaveLength(1);
  });

  it('may have their id inside', () => {
    const { runId: _, ...rest } = CHAT;
    expect(draft({ ...rest, message: { ...CHAT.message, id: 'inner' } }).spanId).toBe('inner');
  });

  it('a retry is a sibling, and every id stays resolvable', () => {
    const retry = { ...CHAT, runId: 'm2', message: { id: 'm2', role: 'assistant', content: 'again', isRetry: true } };
    expect(Object.keys(spansOf(drafts([CHAT, retry])))).toEqual(['m1', 'm2']);
  });

  it('are parents of agents that name them', () => {
    const agent = draft({ type: 'agent', event: 'start', runId: 'a', parentRunId: 'm1' });
    expect(agent.placement).toEqual({ by: 'parent', parentSpanId: 'm1' });
  });
});

describe('custom events', () => {
  it('are points in the session of their thread', () => {
    const event = {
      ...{ type: 'thread', event: 'custom-event', name: 'click', runId: 'c', parentRunId: 'th', timestamp: T },
      ...{ metadata: { where: 'footer' }, threadTags: ['support'] },
    };
    expect(draft(event)).toMatchObject({ placement: { by: 'parent' }, spanId: 'c' });
    expect(span(event)).toMatchObject({
      ...{ kind: 'event', name: 'click', status: 'ok', sessionId: 'th', end: T * 1000 },
      ...{ metadata: { where: 'footer' }, tags: ['support'] },
    });
  });
});

describe('the deprecated thread API', () => {
  it('gives the thread and its messages one session', () => {
    const thread = { type: 'thread', event: 'start', runId: 'th', timestamp: T, input: 'yo' };
    const start = { type: 'chat', event: 'start', runId: 'd', parentRunId: 'th', timestamp: T + 1, input: 'yo' };
    const end = { type: 'chat', event: 'end', runId: 'd', timestamp: T + 2, output: 'sup', extra: { z: 1 } };
    const events = drafts([thread, { ...start, extra: { k: 1 } }, end]);
    expect(events.map((event) => event.placement)).toEqual([
      { by: 'parent' },
      { by: 'parent', parentSpanId: 'th' },
      { by: 'span' },
    ]);
    expect(spansOf(events)).toMatchObject({
      th: { kind: 'chain', sessionId: 'th', input: 'yo' },
      d: { kind: 'message', sessionId: 'th', parentSpanId: 'th', input: 'yo', output: 'sup', params: { k: 1 } },
    });
  });
});
