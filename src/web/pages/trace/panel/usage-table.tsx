/** Tokens: what the client said, and what was counted where it said nothing. */

import type { SpanCostBody } from '../../../../query/get-span-cost.ts';
import { wholeNumber } from '../../../ui/format.ts';
import { Table } from '../../../ui/table.tsx';
import { SOURCES } from './cost-words.ts';
import styles from './span-panel.module.css';

type Usage = SpanCostBody['usage'];

const NAMES = [
  ['inputTokens', 'Input'],
  ['outputTokens', 'Output'],
  ['cacheReadTokens', 'Read from cache'],
  ['cacheWriteTokens', 'Written to cache'],
  ['cacheWrite1hTokens', 'Written to cache for an hour'],
  ['reasoningTokens', 'Reasoning'],
  ['audioInputTokens', 'Audio, input'],
  ['audioOutputTokens', 'Audio, output'],
  ['totalTokens', 'Total'],
] as const;

export function UsageTable({ usage }: { usage: Usage }) {
  const { reported, counted, cachedTokens, reasoningTokens } = usage;
  const rows = NAMES.map(([name, label]) => ({
    label,
    reported: reported?.[name] ?? null,
    counted: name === 'inputTokens' || name === 'outputTokens' ? (counted?.[name] ?? null) : null,
    used: name === 'inputTokens' ? usage.input : name === 'outputTokens' ? usage.output : null,
  })).filter((row) => row.reported !== null || row.counted !== null);
  if (rows.length === 0) return <p className={styles.note}>No tokens are known.</p>;
  const notes = [
    cachedTokens === null ? undefined : `Cached tokens are ${cachedTokens}.`,
    reasoningTokens === null ? undefined : `Reasoning is ${reasoningTokens}.`,
    counted?.isEstimate === true ? 'Counted tokens are an estimate.' : undefined,
  ].filter((note) => note !== undefined);
  return (
    <section className={styles.side}>
      <h3 className={styles.subtitle}>Tokens</h3>
      <Table
        label="Tokens"
        rows={rows}
        rowKey={({ label }) => label}
        columns={[
          { id: 'name', header: 'Tokens', cell: ({ label }) => label },
          { id: 'reported', header: 'Reported', isNumber: true, cell: (row) => wholeNumber(row.reported) },
          { id: 'counted', header: 'Counted here', isNumber: true, cell: (row) => wholeNumber(row.counted) },
          { id: 'used', header: 'Used', cell: ({ used }) => (used === null ? '' : SOURCES[used]) },
        ]}
      />
      {notes.length > 0 && <p className={styles.muted}>{notes.join(' ')}</p>}
    </section>
  );
}
