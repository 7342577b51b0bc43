/** When, how long, by whom and for whom; and where to go from here. */

import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useApi } from '../../../api/project.tsx';
import { Badge } from '../../../ui/badge.tsx';
import { dayAndTime, duration, usd, wholeNumber } from '../../../ui/format.ts';
import { Name, oneLine } from '../../../ui/untrusted.tsx';
import type { OutlineSpan } from '../model/outline.ts';
import { SpanFamily } from './span-family.tsx';
import styles from './span-panel.module.css';

/** With its milliseconds, which tell spans of one second apart. */
function Moment({ iso }: { iso: string }) {
  return (
    <>
      {dayAndTime(iso)}
      <span className={styles.muted}> .{iso.slice(20, 23)}</span>
    </>
  );
}

interface Props {
  readonly traceId: string;
  readonly dialect: string;
  readonly span: OutlineSpan;
  readonly onSelect: (spanId: string) => void;
}

export function SpanFacts({ traceId, dialect, span, onSelect }: Props) {
  const { startTime, endTime, durationMs, timeToFirstTokenMs, timesAreEstimated, model, provider, usage, costUsd } =
    span;
  return (
    <dl className={styles.facts}>
      <Fact name="Start">
        <Moment iso={startTime} />
        {timesAreEstimated && (
          <Badge tone="warn" title="The client sent no time: this is when the events arrived">
            time of arrival
          </Badge>
        )}
      </Fact>
      <Fact name="End">{endTime === null ? '–' : <Moment iso={endTime} />}</Fact>
      <Fact name="Duration">{duration(durationMs)}</Fact>
      {timeToFirstTokenMs !== null && <Fact name="First token">{duration(timeToFirstTokenMs)}</Fact>}
      {model !== null && (
        <Fact name="Model">
          <Name text={model} charsMax={80} />
        </Fact>
      )}
      {provider !== null && (
        <Fact name="Provider">
          <Name text={provider} charsMax={80} />
        </Fact>
      )}
      {usage !== null && (
        <Fact name="Tokens">
          {wholeNumber(usage.totalTokens)}
          <span className={styles.muted}>
            {' '}
            ({wholeNumber(usage.inputTokens)} in, {wholeNumber(usage.outputTokens)} out)
          </span>
        </Fact>
      )}
      {(usage !== null || costUsd !== null) && (
        <Fact name="Cost">
          {usd(costUsd)}
          {!span.countsInTotals && <span className={styles.muted}> not in sums</span>}
        </Fact>
      )}
      <Whose span={span} dialect={dialect} />
      <SpanFamily traceId={traceId} span={span} onSelect={onSelect} />
    </dl>
  );
}

export function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className={styles.fact}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Whose({ span, dialect }: { span: OutlineSpan; dialect: string }) {
  const { projectId } = useApi();
  const { agentName, agentVersion, sessionId, userId, environment, tags } = span;
  return (
    <>
      {agentName !== null && (
        <Fact name="Agent">
          <Link to="/p/$projectId/traces" params={{ projectId }} search={{ agent: [agentName] }}>
            <Name text={agentName} charsMax={80} />
          </Link>
          {agentVersion !== null && <span className={styles.muted}> {oneLine(agentVersion, 60)}</span>}
        </Fact>
      )}
      {sessionId !== null && (
        <Fact name="Session">
          <Link to="/p/$projectId/sessions/$sessionId" params={{ projectId, sessionId }} search={{ dialect }}>
            <Name text={sessionId} charsMax={60} />
          </Link>
        </Fact>
      )}
      {userId !== null && (
        <Fact name="User">
          <Link to="/p/$projectId/users/$userId" params={{ projectId, userId }}>
            <Name text={userId} charsMax={60} />
          </Link>
        </Fact>
      )}
      {environment !== null && (
        <Fact name="Environment">
          <Name text={environment} charsMax={60} />
        </Fact>
      )}
      {tags.length > 0 && (
        <Fact name="Tags">
          <span className={styles.tags}>
            {tags.slice(0, 20).map((tag) => (
              <Badge key={tag}>{oneLine(tag, 40)}</Badge>
            ))}
            {tags.length > 20 && <span className={styles.muted}>{tags.length - 20} more</span>}
          </span>
        </Fact>
      )}
    </>
  );
}
