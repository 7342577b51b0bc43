/** What the span used and cost, with every factor. */

import type { getSpanCostRoute, SpanCostBody } from '../../../../query/get-span-cost.ts';
import { useAnswer } from '../../../api/project.tsx';
import { Badge } from '../../../ui/badge.tsx';
import { dayAndTime, usd, wholeNumber } from '../../../ui/format.ts';
import { Answered } from '../../../ui/page.tsx';
import { Table } from '../../../ui/table.tsx';
import { oneLine, safeUrl } from '../../../ui/untrusted.tsx';
import { exactUsd, MISSING, PARTS, SOURCES } from './cost-words.ts';
import styles from './span-panel.module.css';
import { UsageTable } from './usage-table.tsx';

export function CostTab({ traceId, dialect, spanId }: { traceId: string; dialect: string; spanId: string }) {
  const asked = useAnswer<typeof getSpanCostRoute>('/spans/{spanId}/cost', {
    params: { spanId },
    query: { traceId, dialect },
  });
  return (
    <Answered asked={asked} lines={6}>
      {(cost) => (
        <>
          <Sum cost={cost} />
          {cost.parts.length > 0 && <Parts cost={cost} />}
          <Price cost={cost} />
          <UsageTable usage={cost.usage} />
        </>
      )}
    </Answered>
  );
}

function Sum({ cost: { costUsd, costPicoUsd, missing, countsInTotals } }: { cost: SpanCostBody }) {
  return (
    <section className={styles.side} aria-label="Cost">
      <p className={styles.sum}>
        <strong className="numbers">{usd(costUsd)}</strong>
        {costPicoUsd !== null && <span className={styles.muted}>exactly {exactUsd(costPicoUsd)}</span>}
      </p>
      {missing !== null && <p className={styles.note}>{MISSING[missing]}</p>}
      {!countsInTotals && (
        <p className={styles.note}>
          Sums leave this span out: spans below it report the same tokens, and those are counted.
        </p>
      )}
    </section>
  );
}

function Parts({ cost: { parts, costPicoUsd } }: { cost: SpanCostBody }) {
  return (
    <section className={styles.side}>
      <h3 className={styles.subtitle}>How it comes about</h3>
      <Table
        label="Parts of the cost"
        rows={parts}
        rowKey={({ part }) => part}
        columns={[
          {
            id: 'part',
            header: 'Part',
            cell: ({ part, source }) => (
              <>
                {PARTS[part]}
                <span className={styles.source}>{SOURCES[source]}</span>
              </>
            ),
          },
          { id: 'tokens', header: 'Tokens', isNumber: true, cell: ({ tokens }) => wholeNumber(tokens) },
          { id: 'price', header: '$ per million', isNumber: true, cell: ({ usdPerMillion }) => String(usdPerMillion) },
          { id: 'cost', header: 'Cost', isNumber: true, cell: (part) => exactUsd(part.costPicoUsd) },
        ]}
      />
      {costPicoUsd !== null && parts.length > 1 && (
        <p className={styles.total}>
          Sum <strong className="numbers">{exactUsd(costPicoUsd)}</strong>
        </p>
      )}
    </section>
  );
}

function Price({ cost: { price, tier, model, provider, startTime } }: { cost: SpanCostBody }) {
  if (price === null) return null;
  const facts: readonly (readonly [string, string])[] = [
    ['Asked for', [model, provider].filter((one) => one !== null).join(', ')],
    ['Price of', [price.model, price.provider].filter((one) => one !== null).join(', ')],
    ['From', price.source === 'own' ? 'your own prices' : (price.table ?? 'published prices')],
    ['Holds since', price.from === null ? 'always' : dayAndTime(price.from)],
    ['Call at', dayAndTime(startTime)],
    ...(tier === null ? [] : [['Tier', tierWords(tier)] as const]),
    ['Price id', price.priceId],
  ];
  return (
    <section className={styles.side}>
      <h3 className={styles.subtitle}>
        Price {!price.isCurrent && <Badge tone="warn">has changed since; re-price to use the new one</Badge>}
      </h3>
      <dl className={styles.facts}>
        {facts.map(([name, text]) => (
          <div key={name} className={styles.fact}>
            <dt>{name}</dt>
            <dd>
              <bdi>{oneLine(text, 200)}</bdi>
            </dd>
          </div>
        ))}
        {price.urls.map(safeUrl).map((url) =>
          url === undefined ? null : (
            <div key={url} className={styles.fact}>
              <dt>Published at</dt>
              <dd>
                <a href={url} rel="noreferrer noopener" target="_blank">
                  {oneLine(url, 80)}
                </a>
              </dd>
            </div>
          ),
        )}
      </dl>
    </section>
  );
}

function tierWords({ promptTokens, promptTokensOver }: NonNullable<SpanCostBody['tier']>): string {
  const prompt = `a prompt of ${wholeNumber(promptTokens)} tokens`;
  return promptTokensOver === null
    ? `${prompt}: the price for short ones`
    : `${prompt}: the price above ${wholeNumber(promptTokensOver)}`;
}
