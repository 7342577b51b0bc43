import { describe, expect, it } from 'vitest';
import { firstActive, suggestions, valuesWanted } from './complete.ts';
import { parse } from './language.ts';

const MODELS = [
  { value: 'gpt-4o-mini', count: 12 },
  { value: 'gpt-4o', count: 3 },
  { value: 'my model', count: 1 },
];
const labels = (text: string, found = MODELS) => suggestions(text, found, {}).map(({ label }) => label);

describe('suggestions', () => {
  it('are fields first', () => {
    expect(labels('')).toContain('Model');
    expect(labels('se')).toEqual(['Session']);
    expect(labels('status:error mo')).toEqual(['Model']);
    expect(suggestions('status:error mo', [], {})[0]).toMatchObject({ text: 'status:error model:', isFinal: false });
  });

  it('are operators where there are several', () => {
    expect(labels('duration')).toEqual(['Duration ≥ at least', 'Duration ≤ at most']);
    expect(labels('duration:')).toEqual(['Duration ≥ at least', 'Duration ≤ at most']);
    expect(labels('errors')).toEqual(['Errors ≥ at least']);
  });

  it('are amounts with the units of what was typed', () => {
    expect(labels('duration>=')).toEqual(['500ms', '1s', '2s', '5s', '10s', '30s', '1m']);
    expect(labels('duration>=2')).toEqual(['2s', '2ms', '2m']);
    expect(labels('tokens>=2')).toEqual(['2', '2k', '2M']);
    expect(labels('cost<=0.2')).toEqual(['$0.2']);
    expect(suggestions('refund duration>=2', [], {})[0]).toMatchObject({ text: 'refund duration>=2s', isFinal: true });
  });

  it('are values with their counts, and what was typed', () => {
    expect(labels('model:')).toEqual(['gpt-4o-mini', 'gpt-4o', 'my model']);
    expect(suggestions('model:gpt', MODELS, { model: ['gpt-4o'] })).toMatchObject([
      { label: 'gpt-4o-mini', count: 12, isChosen: false },
      { label: 'gpt-4o', count: 3, isChosen: true },
      { label: 'gpt', isTyped: true },
    ]);
    expect(labels('status:', [{ value: 'ok', count: 2 }])).toEqual(['ok', 'error', 'running', 'paused', 'unknown']);
    expect(labels('status:x', [])).toEqual([]);
  });

  it('quote and keep what stands before', () => {
    const [first] = suggestions('refund model:gpt-4o,my', MODELS, {});
    expect(first).toMatchObject({ text: 'refund model:gpt-4o,"my model"', isFinal: true });
    expect(parse(first?.text ?? '').filters).toEqual({ q: 'refund', model: ['gpt-4o', 'my model'] });
  });

  it('ask for the values of the last piece only', () => {
    expect(valuesWanted('model:gpt status:er')).toMatchObject({ field: { name: 'status' }, prefix: 'er' });
    expect(valuesWanted('model:a,"my mo')).toMatchObject({ field: { name: 'model' }, prefix: 'my mo' });
    expect(valuesWanted('model:a ')).toBeUndefined();
    expect(valuesWanted('duration>=2')).toBeUndefined();
    expect(valuesWanted('refund')).toBeUndefined();
  });
});

describe('what Enter takes', () => {
  const taken = (text: string) => {
    const shown = suggestions(text, MODELS, {});
    return shown[firstActive(text, shown)]?.label;
  };
  it('is nothing of free text or an amount: they are complete', () => {
    expect(taken('status')).toBeUndefined();
    expect(taken('duration>=2')).toBeUndefined();
  });
  it('is the first value, or the very one that was typed', () => {
    expect(taken('model:gpt')).toBe('gpt-4o-mini');
    expect(taken('model:gpt-4o')).toBe('gpt-4o');
    expect(taken('model:other')).toBe('other');
  });
});
