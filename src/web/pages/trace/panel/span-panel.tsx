/** All that is known of one span: what failed, what was said, its data, what it cost, and the events it is made of. */

import { Tabs } from 'radix-ui';
import type { ReactNode } from 'react';
import type { getSpanRoute, SpanDetail } from '../../../../query/get-span.ts';
import { useAnswer } from '../../../api/project.tsx';
import { Answered } from '../../../ui/page.tsx';
import { useStored } from '../../../ui/stored.ts';
import type { OutlineSpan } from '../model/outline.ts';
import { CostTab } from './cost-tab.tsx';
import { DataTab } from './data-tab.tsx';
import { ErrorSection } from './error-section.tsx';
import { EventsTab } from './events-tab.tsx';
import { MessagesTab } from './messages-tab.tsx';
import { ParamsTab } from './params-tab.tsx';
import { SpanFacts } from './span-facts.tsx';
import { SpanHeader } from './span-header.tsx';
import styles from './span-panel.module.css';

/** For what no event tells: a status that turns unknown. Events are heard by the page itself. */
const RUNNING_REFETCH_MS = 5_000;

const TABS = [
  ['messages', 'Messages'],
  ['data', 'JSON'],
  ['params', 'Parameters'],
  ['cost', 'Cost'],
  ['events', 'Raw events'],
] as const;
type Tab = (typeof TABS)[number][0];

interface Props {
  readonly traceId: string;
  readonly dialect: string;
  readonly span: OutlineSpan;
  readonly onSelect: (spanId: string) => void;
  readonly onClose?: () => void;
}

export function SpanPanel({ traceId, dialect, span, onSelect, onClose }: Props) {
  const { spanId } = span;
  const asked = useAnswer<typeof getSpanRoute>(
    '/spans/{spanId}',
    { params: { spanId }, query: { traceId, dialect } },
    { refetchInterval: span.status === 'running' ? RUNNING_REFETCH_MS : false },
  );
  const which = { traceId, dialect, spanId };
  return (
    <section className={styles.panel} aria-label="Span">
      <SpanHeader span={span} {...(onClose === undefined ? {} : { onClose })} />
      <div className={styles.body}>
        {span.error !== null && <ErrorSection key={`error ${spanId}`} error={asked.data?.error ?? span.error} />}
        {span.error === null && span.status === 'error' && (
          <p className={styles.note}>It failed, and nobody said why.</p>
        )}
        <SpanFacts traceId={traceId} dialect={dialect} span={span} onSelect={onSelect} />
        <SpanTabs
          key={`tabs ${spanId}`}
          which={which}
          shown={(draw) => (
            <Answered asked={asked} lines={8}>
              {draw}
            </Answered>
          )}
        />
      </div>
    </section>
  );
}

interface TabsProps {
  readonly which: { readonly traceId: string; readonly dialect: string; readonly spanId: string };
  readonly shown: (draw: (span: SpanDetail) => ReactNode) => ReactNode;
}

/** The chosen tab stays from span to span. */
function SpanTabs({ which, shown }: TabsProps) {
  const [stored, store] = useStored('tributary.span-tab');
  const tab: Tab = TABS.find(([name]) => name === stored)?.[0] ?? 'messages';
  return (
    <Tabs.Root value={tab} onValueChange={store} className={styles.tabs}>
      <Tabs.List className={styles.tabList} aria-label="What is shown of the span">
        {TABS.map(([name, label]) => (
          <Tabs.Trigger key={name} value={name} className={styles.tab}>
            {label}
          </Tabs.Trigger>
        ))}
      </Tabs.List>
      <Tabs.Content value="messages" className={styles.content}>
        {shown((span) => (
          <MessagesTab span={span} />
        ))}
      </Tabs.Content>
      <Tabs.Content value="data" className={styles.content}>
        {shown((span) => (
          <DataTab span={span} />
        ))}
      </Tabs.Content>
      <Tabs.Content value="params" className={styles.content}>
        {shown((span) => (
          <ParamsTab params={span.params} />
        ))}
      </Tabs.Content>
      <Tabs.Content value="cost" className={styles.content}>
        <CostTab {...which} />
      </Tabs.Content>
      <Tabs.Content value="events" className={styles.content}>
        <EventsTab {...which} />
      </Tabs.Content>
    </Tabs.Root>
  );
}
