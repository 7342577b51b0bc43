import { describe, expect, it } from 'vitest';
import { MEASURES, newestFirst, shareOfLargest, type Version, versionBefore } from './versions.ts';

function version(agentVersion: string | null, figures: Partial<Version> = {}): Version {
  return {
    agentVersion,
    traceCount: 100,
    failingTraceCount: 5,
    errorCount: 9,
    usage: {
      inputTokens: 600,
      outputTokens: 400,
      cacheReadTokens: null,
      cacheWriteTokens: null,
      reasoningTokens: null,
      totalTokens: 1000,
      source: 'reported',
    },
    costUsd: 2,
    p50DurationMs: 100,
    p95DurationMs: 200,
    p99DurationMs: 300,
    firstSeen: '2026-11-01T00:00:00.000000Z',
    lastSeen: '2026-11-02T00:00:00.000000Z',
    ...figures,
  };
}
const names = (versions: readonly Version[]) => versions.map(({ agentVersion }) => agentVersion);
const measured = (id: string) => MEASURES.find((one) => one.id === id) ?? expect.fail(id);

describe('versions side by side', () => {
  it('are in the order of their numbers', () => {
    const found = newestFirst([version('1.2.0'), version(null), version('1.10.0'), version('v1.9')]);
    expect(names(found).at(-1)).toBeNull();
    expect(names(newestFirst([version('1.2.0'), version('1.10.0'), version('1.9.1-beta')]))).toEqual([
      '1.10.0',
      '1.9.1-beta',
      '1.2.0',
    ]);
  });

  it('are in the order of their first trace where names are no numbers', () => {
    const at = (day: number) => ({ firstSeen: `2026-11-0${day}T00:00:00.000000Z` });
    const found = newestFirst([
      version('main', at(1)),
      version(null, at(9)),
      version('fix-prompt', at(5)),
      version('2', at(3)),
    ]);
    expect(names(found)).toEqual(['fix-prompt', '2', 'main', null]);
  });

  it('are each compared with the one before, if there is one with a name', () => {
    const versions = newestFirst([version('1'), version('2'), version('3'), version(null)]);
    expect(versions.map((_, place) => versionBefore(versions, place)?.agentVersion)).toEqual([
      '2',
      '1',
      undefined,
      undefined,
    ]);
  });

  it('have rates of traces, which are never more than all of them', () => {
    expect(measured('errors').figureOf(version('1'))).toBe(0.05);
    expect(measured('errors').change(0.02, 0.05)).toEqual({ text: '3.0 points lower', verdict: 'better' });
    expect(measured('cost-each').figureOf(version('1'))).toBe(0.02);
    expect(measured('cost-each').figureOf(version('1', { costUsd: null }))).toBeNull();
    expect(measured('cost-each').change(0.03, 0.02)).toEqual({ text: '50% dearer', verdict: 'worse' });
    expect(measured('traces').change(50, 100)?.verdict).toBeUndefined();
  });

  it('have bars as long as their share of the largest', () => {
    const versions = [version('1'), version('2', { p95DurationMs: 400 }), version('3', { p95DurationMs: null })];
    expect(versions.map((one) => shareOfLargest(measured('p95'), versions, one))).toEqual([0.5, 1, null]);
  });
});
