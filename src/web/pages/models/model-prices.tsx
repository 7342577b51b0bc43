/** The prices that a model's calls were given: what, from where, since when. */

import { Link } from '@tanstack/react-router';
import { Badge } from '../../ui/badge.tsx';
import { buttonClass } from '../../ui/button.tsx';
import { shortTime, usd, wholeNumber } from '../../ui/format.ts';
import { Card, Failure, Section, Skeleton } from '../../ui/page.tsx';
import { Name, oneLine, safeUrl } from '../../ui/untrusted.tsx';
import { ExampleCall } from './example-call.tsx';
import type { Model } from './model-columns.tsx';
import styles from './models.module.css';
import { useUsedPrices } from './use-used-prices.ts';
import type { UsedPrice } from './used-prices.ts';

export function ModelPrices({ projectId, model }: { projectId: string; model: Model }) {
  const { prices, error, isAsking } = useUsedPrices(model);
  return (
    <Section
      title={
        <>
          Prices of <Name text={model.model} charsMax={80} />
        </>
      }
      text="US dollars for a million tokens. A call has the price of the day on which it started."
      actions={
        <>
          <Link
            className={buttonClass('plain', true)}
            to="/p/$projectId/traces"
            params={{ projectId }}
            search={{ model: [model.model] }}
          >
            Traces
          </Link>
          <Link
            className={buttonClass('plain', true)}
            to="/p/$projectId/settings"
            params={{ projectId }}
            search={{ tab: 'prices' }}
          >
            Own prices
          </Link>
        </>
      }
    >
      {prices === undefined && isAsking && <Skeleton lines={4} />}
      {prices === undefined && error !== null && <Failure error={error} />}
      {prices !== undefined && model.priceIds.length === 0 && (
        <Card>
          <p>
            None of these calls has a price, so nothing is known about their cost. Set an own price, and a re-pricing
            gives it to past calls, too.
          </p>
        </Card>
      )}
      <div className={styles.prices}>
        {prices?.known.map((price) => (
          <PriceCard key={price.priceId} price={price} />
        ))}
      </div>
      {prices !== undefined && prices.unknown.length > 0 && (
        <Card>
          <p className={styles.former}>
            {prices.unknown.length === 1
              ? 'One price of these calls is'
              : `${prices.unknown.length} prices of these calls are`}{' '}
            no longer among the published and own ones. The calls keep what they cost then.
          </p>
          <ExampleCall projectId={projectId} model={model} priceIds={prices.unknown} />
        </Card>
      )}
    </Section>
  );
}

function PriceCard({ price }: { price: UsedPrice }) {
  return (
    <Card>
      <header className={styles.priceHead}>
        <strong>
          <Name text={price.model} charsMax={60} />
        </strong>
        {price.provider !== null && <Name text={price.provider} charsMax={40} />}
        <Badge tone={price.source === 'own' ? 'accent' : 'neutral'}>{price.source}</Badge>
        {price.isCurrent && <Badge tone="ok">current</Badge>}
      </header>
      <p className={styles.faint}>
        {price.from === null ? 'At any time' : `For calls since ${shortTime(price.from)}`}
        {price.table !== null && ` · ${oneLine(price.table, 60)}`}
      </p>
      <PartList parts={price.parts} />
      {price.tiers.map(({ promptTokensOver, parts }) => (
        <div key={promptTokensOver}>
          <p className={styles.faint}>When the prompt is longer than {wholeNumber(promptTokensOver)} tokens</p>
          <PartList parts={parts} />
        </div>
      ))}
      <ul>
        {price.urls.map((url) => (
          <li key={url}>
            <SafeLink url={url} />
          </li>
        ))}
      </ul>
    </Card>
  );
}

export function PartList({ parts }: { parts: UsedPrice['parts'] }) {
  return (
    <dl className={styles.parts}>
      {parts.map(([part, amount]) => (
        <div key={part} className={styles.part}>
          <dt>{part}</dt>
          <dd className="numbers">{usd(amount)}</dd>
        </div>
      ))}
    </dl>
  );
}

function SafeLink({ url }: { url: string }) {
  const href = safeUrl(url);
  const text = oneLine(url, 100);
  if (href === undefined) return text;
  return (
    <a className={styles.url} href={href} target="_blank" rel="noreferrer noopener">
      {text}
    </a>
  );
}
