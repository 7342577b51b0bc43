/** What is taken out of requests before anything of them is kept. */

import { useState } from 'react';
import type { listRedactionRulesRoute, RedactionRuleBody, removeRedactionRuleRoute } from '../../../query/redaction.ts';
import { useAnswer } from '../../api/project.tsx';
import { Button } from '../../ui/button.tsx';
import { dayAndTime } from '../../ui/format.ts';
import { ConfirmDialog } from '../../ui/menu.tsx';
import { Answered, Card, Empty, Section } from '../../ui/page.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import { Name, oneLine } from '../../ui/untrusted.tsx';
import { NewRule } from './new-rule.tsx';
import { TryRules } from './try-rules.tsx';
import { useChange } from './use-change.ts';

export function RedactionTab() {
  const rules = useAnswer<typeof listRedactionRulesRoute>('/redaction-rules', {});
  const [removed, setRemoved] = useState<RedactionRuleBody>();
  const removal = useChange({
    run: (api, ruleId: string) =>
      api.call<typeof removeRedactionRuleRoute>('delete', '/redaction-rules/{ruleId}', { params: { ruleId } }),
    says: 'The rule was removed',
    stale: ['/redaction-rules'],
    onDone: () => setRemoved(undefined),
  });
  return (
    <>
      <Section
        title="Redaction rules"
        text="They work on requests that arrive from now on, before anything is written. What is stored stays as it is."
      >
        <Card isFlush>
          <Answered asked={rules} lines={2}>
            {({ data }) =>
              data.length === 0 ? (
                <Empty title="No rules" text="Requests are kept as they come." />
              ) : (
                <Table
                  label="Redaction rules"
                  columns={columnsOf(setRemoved)}
                  rows={data}
                  rowKey={({ ruleId }) => ruleId}
                />
              )
            }
          </Answered>
        </Card>
      </Section>
      <NewRule />
      <TryRules />
      <ConfirmDialog
        title={`Remove the rule ${oneLine(removed?.name ?? '', 60)}?`}
        text="From then on, what it took out of requests is kept."
        action="Remove"
        isOpen={removed !== undefined}
        isBusy={removal.isPending}
        onClose={() => setRemoved(undefined)}
        onConfirm={() => removed !== undefined && removal.mutate(removed.ruleId)}
      />
    </>
  );
}

function columnsOf(remove: (rule: RedactionRuleBody) => void): readonly Column<RedactionRuleBody>[] {
  return [
    { id: 'name', header: 'Name', cell: ({ name }) => <Name text={name} /> },
    { id: 'kind', header: 'Looks for', from: 'phone', cell: ({ kind }) => kind },
    {
      id: 'target',
      header: 'Target',
      from: 'phone',
      cell: ({ target }) => (
        <code>
          <Name text={target} charsMax={100} />
        </code>
      ),
    },
    { id: 'action', header: 'Does', cell: ({ action }) => action },
    { id: 'created', header: 'Made', from: 'desktop', cell: ({ createdAt }) => dayAndTime(createdAt) },
    {
      id: 'do',
      header: <span className="visually-hidden">Commands</span>,
      isNumber: true,
      cell: (rule) => (
        <Button isSmall look="danger" aria-label={`Remove ${oneLine(rule.name, 60)}`} onClick={() => remove(rule)}>
          Remove
        </Button>
      ),
    },
  ];
}
