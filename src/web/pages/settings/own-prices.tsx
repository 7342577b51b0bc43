/** The prices that the project has set itself. */

import { useState } from 'react';
import type { listOwnPricesRoute, OwnPriceBody, removeOwnPriceRoute } from '../../../query/prices.ts';
import { useAnswer } from '../../api/project.tsx';
import { Button } from '../../ui/button.tsx';
import { dayAndTime, usd } from '../../ui/format.ts';
import { ConfirmDialog } from '../../ui/menu.tsx';
import { scopeReason } from '../../ui/needs-scope.tsx';
import { Answered, Card, Empty, Section } from '../../ui/page.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import { Name, oneLine } from '../../ui/untrusted.tsx';
import { useChange } from './use-change.ts';

export function OwnPrices({ isAdmin }: { isAdmin: boolean }) {
  const prices = useAnswer<typeof listOwnPricesRoute>('/prices/own', {});
  const [removed, setRemoved] = useState<OwnPriceBody>();
  const removal = useChange({
    run: (api, priceId: string) =>
      api.call<typeof removeOwnPriceRoute>('delete', '/prices/own/{priceId}', { params: { priceId } }),
    says: 'The price was removed',
    stale: ['/prices/own', '/prices'],
    onDone: () => setRemoved(undefined),
  });
  return (
    <Section title="Own prices" text="They count for calls that arrive from the change on.">
      <Card isFlush>
        <Answered asked={prices} lines={2}>
          {({ data }) =>
            data.length === 0 ? (
              <Empty title="No own prices" text="Calls cost what the published table says." />
            ) : (
              <Table
                label="Own prices"
                columns={columnsOf(isAdmin, setRemoved)}
                rows={data}
                rowKey={({ priceId }) => priceId}
              />
            )
          }
        </Answered>
      </Card>
      <ConfirmDialog
        title={`Remove the price of ${oneLine(removed?.model ?? '', 60)}?`}
        text="New calls cost what the published table says, or nothing that is known. Past calls keep their cost."
        action="Remove"
        isOpen={removed !== undefined}
        isBusy={removal.isPending}
        onClose={() => setRemoved(undefined)}
        onConfirm={() => removed !== undefined && removal.mutate(removed.priceId)}
      />
    </Section>
  );
}

function columnsOf(isAdmin: boolean, remove: (price: OwnPriceBody) => void): readonly Column<OwnPriceBody>[] {
  return [
    { id: 'model', header: 'Model', cell: ({ model }) => <Name text={model} charsMax={60} /> },
    { id: 'provider', header: 'Provider', from: 'tablet', cell: ({ provider }) => <Name text={provider} none="any" /> },
    { id: 'from', header: 'From', from: 'tablet', cell: ({ from }) => (from === null ? 'always' : dayAndTime(from)) },
    { id: 'input', header: 'Input', isNumber: true, cell: (price) => usd(price.inputUsdPerMillion) },
    { id: 'output', header: 'Output', isNumber: true, cell: (price) => usd(price.outputUsdPerMillion) },
    {
      id: 'read',
      header: 'Cache read',
      isNumber: true,
      from: 'desktop',
      cell: (price) => usd(price.cacheReadUsdPerMillion),
    },
    {
      id: 'write',
      header: 'Cache write',
      isNumber: true,
      from: 'desktop',
      cell: (price) => usd(price.cacheWriteUsdPerMillion),
    },
    {
      id: 'do',
      header: <span className="visually-hidden">Commands</span>,
      isNumber: true,
      cell: (price) => (
        <Button
          isSmall
          look="danger"
          aria-label={`Remove the price of ${oneLine(price.model, 60)}`}
          disabled={!isAdmin}
          title={isAdmin ? undefined : scopeReason('admin')}
          onClick={() => remove(price)}
        >
          Remove
        </Button>
      ),
    },
  ];
}
