import { describe, expect, it } from 'vitest';
import { span } from './testing.ts';

const T = 1_700_000_000_000;
const FEEDBACK = { type: null, event: 'feedback', runId: 'r', timestamp: T };
const patches = (fields: object) => span(JSON.parse(JSON.stringify({ ...FEEDBACK, ...fields }))).feedback;

describe('feedback', () => {
  it.each([
    [{ feedback: { thumb: 'up', custom: { a: 1 } } }, [{ feedback: { thumb: 'up', custom: { a: 1 } } }]],
    [{ feedback: { thumb: null } }, [{ feedback: { thumb: null } }]],
    [{ feedback: { thumbs: 'up' } }, [{ feedback: { thumb: 'up' } }]],
    [{ feedback: { thumbs: 'up', thumb: 'down' } }, [{ feedback: { thumb: 'down' } }]],
    [{ extra: { thumbs: 'down' } }, [{ feedback: { thumb: 'down' } }]],
    [{ feedback: { a: 1, b: 1 }, extra: { b: 2 } }, [{ feedback: { a: 1, b: 2 } }]],
    [{ overwrite: true, feedback: { comment: 'c' } }, [{ overwrite: true, feedback: { comment: 'c' } }]],
    [{ overwrite: true, feedback: {} }, [{ overwrite: true, feedback: {} }]],
    [{ overwrite: false, feedback: { comment: 'c' } }, [{ feedback: { comment: 'c' } }]],
    [{ feedback: null }, []],
    [{ overwrite: true, feedback: null }, []],
    [{ feedback: 'up' }, []],
    [{ feedback: {} }, []],
  ])('%j', (fields, expected) => {
    expect(patches(fields)).toEqual(expected);
  });

  it('says nothing else about the run', () => {
    const start = { type: 'llm', event: 'start', runId: 'r', timestamp: T + 5, name: 'm' };
    const both = span(start, { ...FEEDBACK, feedback: { thumb: 'up' } });
    expect(both).toMatchObject({ kind: 'llm', status: 'running', name: 'm' });
    expect(both).not.toHaveProperty('end');
    expect(both).not.toHaveProperty('params');
  });
});
