/** The price that the calls of a model were given, in short, or that there is none. */

import { Link } from '@tanstack/react-router';
import { Badge } from '../../ui/badge.tsx';
import { usd } from '../../ui/format.ts';
import type { Model } from './model-columns.tsx';
import styles from './models.module.css';
import { useUsedPrices } from './use-used-prices.ts';
import { priceInShort } from './used-prices.ts';

export function PriceCell({ projectId, model }: { projectId: string; model: Model }) {
  const { answer, prices, isAsking } = useUsedPrices(model);
  if (prices === undefined) return <span className={styles.faint}>{isAsking ? '…' : '–'}</span>;
  const [first, ...others] = prices.known;
  if (first !== undefined)
    return (
      <span title="US dollars for a million tokens, input / output">
        <span className="numbers">{priceInShort(first, usd)}</span>{' '}
        <span className={styles.faint}>
          {first.source}
          {others.length + prices.unknown.length > 0 && ` +${others.length + prices.unknown.length}`}
        </span>
      </span>
    );
  if (prices.unknown.length > 0) return <span className={styles.faint}>a former price</span>;
  return answer?.price === null ? (
    <span className={styles.above}>
      <Badge tone="warn">no price</Badge>{' '}
      <Link to="/p/$projectId/settings" params={{ projectId }} search={{ tab: 'prices' }}>
        Set one
      </Link>
    </span>
  ) : (
    <span className={styles.faint} title="No tokens are known of these calls, or they came before the price was set">
      not applied
    </span>
  );
}
