/** What a call of a model costs now, and where that price is from. The model is in the URL. */

import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import type { getPriceRoute, PriceBody } from '../../../query/prices.ts';
import { useAnswer } from '../../api/project.tsx';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { TextField } from '../../ui/field.tsx';
import { Form, FormButtons } from '../../ui/form.tsx';
import { dayAndTime, usd, wholeNumber } from '../../ui/format.ts';
import { Answered, Card, Empty, Section } from '../../ui/page.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import { Name, oneLine, safeUrl } from '../../ui/untrusted.tsx';
import styles from './settings.module.css';

export function PriceLookup() {
  const { model, provider } = useSearch({ from: '/p/$projectId/settings' });
  const navigate = useNavigate({ from: '/p/$projectId/settings' });
  const [typed, setTyped] = useState({ model: model ?? '', provider: provider ?? '' });
  const some = (text: string) => (text.trim() === '' ? undefined : text.trim());
  return (
    <Section
      title="What does a model cost?"
      text="Per million tokens. Published prices are part of the installation; own ones go before them."
    >
      <Card>
        <Form
          label="Look up a price"
          isInline
          error={null}
          isBusy={false}
          fields={[]}
          onSubmit={() =>
            void navigate({
              to: '.',
              search: (before) => ({ ...before, model: some(typed.model), provider: some(typed.provider) }),
            })
          }
        >
          <TextField
            label="Model"
            placeholder="gpt-4o-mini"
            value={typed.model}
            onChange={(event) => setTyped({ ...typed, model: event.target.value })}
          />
          <TextField
            label="Provider"
            placeholder="any"
            value={typed.provider}
            onChange={(event) => setTyped({ ...typed, provider: event.target.value })}
          />
          <FormButtons>
            <Button type="submit">Look up</Button>
          </FormButtons>
        </Form>
      </Card>
      {model !== undefined && <Found model={model} provider={provider} />}
    </Section>
  );
}

function Found({ model, provider }: { model: string; provider: string | undefined }) {
  const asked = useAnswer<typeof getPriceRoute>('/prices', { query: { model, provider } });
  return (
    <Card isFlush>
      <Answered asked={asked} lines={2}>
        {({ price, published }) => {
          const rows = price === null || price.source === 'published' ? published : [price, ...published];
          return rows.length === 0 ? (
            <Empty
              title={`No price is known for ${oneLine(model, 80)}`}
              text="Its calls have no cost until you set one below."
            />
          ) : (
            <>
              <Table
                label="Prices"
                columns={columnsOf(price?.priceId)}
                rows={rows}
                rowKey={({ priceId, from }) => `${priceId} ${from}`}
              />
              <Sources price={price} />
            </>
          );
        }}
      </Answered>
    </Card>
  );
}

function Sources({ price }: { price: PriceBody | null }) {
  const urls = (price?.urls ?? []).flatMap((url) => safeUrl(url) ?? []);
  if (price === null || (price.table === null && urls.length === 0)) return null;
  return (
    <p className={`${styles.more} ${styles.note}`}>
      {price.table !== null && <>From the table {oneLine(price.table, 80)}. </>}
      {urls.map((url) => (
        <a key={url} href={url} target="_blank" rel="noreferrer noopener">
          {oneLine(url, 100)}{' '}
        </a>
      ))}
    </p>
  );
}

function columnsOf(current: string | undefined): readonly Column<PriceBody>[] {
  return [
    {
      id: 'model',
      header: 'Model',
      cell: ({ model, source, priceId }) => (
        <>
          <Name text={model} charsMax={60} /> {source === 'own' && <Badge tone="accent">own</Badge>}{' '}
          {priceId === current && <Badge tone="ok">holds now</Badge>}
        </>
      ),
    },
    { id: 'provider', header: 'Provider', from: 'tablet', cell: ({ provider }) => <Name text={provider} /> },
    { id: 'from', header: 'From', from: 'tablet', cell: ({ from }) => (from === null ? 'always' : dayAndTime(from)) },
    { id: 'input', header: 'Input', isNumber: true, cell: ({ usdPerMillion }) => usd(usdPerMillion.input) },
    { id: 'output', header: 'Output', isNumber: true, cell: ({ usdPerMillion }) => usd(usdPerMillion.output) },
    {
      id: 'read',
      header: 'Cache read',
      isNumber: true,
      from: 'tablet',
      cell: ({ usdPerMillion }) => usd(usdPerMillion.cacheRead),
    },
    {
      id: 'write',
      header: 'Cache write',
      isNumber: true,
      from: 'desktop',
      cell: ({ usdPerMillion }) => usd(usdPerMillion.cacheWrite),
    },
    {
      id: 'tiers',
      header: 'Long prompts',
      from: 'desktop',
      cell: ({ tiers }) =>
        tiers
          .map(
            ({ promptTokensOver, usdPerMillion }) =>
              `over ${wholeNumber(promptTokensOver)}: ${usd(usdPerMillion.input)} / ${usd(usdPerMillion.output)}`,
          )
          .join('; ') || '–',
    },
  ];
}
