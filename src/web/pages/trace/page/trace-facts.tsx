/** What is known of the trace as a whole, in two lines: its figures, and whose it is. */

import { Link, useParams } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Badge, Dialect, Status } from '../../../ui/badge.tsx';
import { ago, dayAndTime, duration, shortNumber, usd, wholeNumber } from '../../../ui/format.ts';
import { Name, oneLine } from '../../../ui/untrusted.tsx';
import type { TraceSummary } from '../model/outline.ts';
import styles from './trace-facts.module.css';

const SHOWN_MAX = 8;

interface Props {
  readonly trace: TraceSummary;
  /** How long it has been running. */
  readonly soFarMs: number | undefined;
}

export function TraceFacts({ trace, soFarMs }: Props) {
  const { durationMs, startTime, usage, costUsd, spanCount, errorCount, status } = trace;
  return (
    <div className={styles.facts}>
      <dl className={styles.figures}>
        <Figure label="Status">
          <Status status={status} />
        </Figure>
        <Figure label="Duration">
          {durationMs === null && soFarMs !== undefined ? `${duration(soFarMs)} so far` : duration(durationMs)}
        </Figure>
        <Figure label="Started">
          <time dateTime={startTime} title={`${dayAndTime(startTime)} (${startTime})`}>
            {ago(startTime)}
          </time>
        </Figure>
        <Figure label="Tokens">
          <span title={tokensTitle(usage)}>{shortNumber(usage.totalTokens)}</span>
        </Figure>
        <Figure label="Cost">{usd(costUsd)}</Figure>
        <Figure label="Spans">{wholeNumber(spanCount)}</Figure>
        <Figure label="Failed">
          <span className={errorCount > 0 ? styles.failed : ''}>{wholeNumber(errorCount)}</span>
        </Figure>
      </dl>
      <Belongings trace={trace} />
    </div>
  );
}

function Figure({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className={styles.figure}>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function tokensTitle({ inputTokens, outputTokens, cacheReadTokens, totalTokens }: TraceSummary['usage']): string {
  return [
    `${wholeNumber(totalTokens)} tokens`,
    `${wholeNumber(inputTokens)} in`,
    `${wholeNumber(outputTokens)} out`,
    ...(cacheReadTokens === null ? [] : [`${wholeNumber(cacheReadTokens)} read from a cache`]),
  ].join(', ');
}

/** Vendor, people, session and agent, models, tags; each leads to what else it has. */
function Belongings({ trace }: { trace: TraceSummary }) {
  const { projectId } = useParams({ from: '/p/$projectId/traces/$traceId' });
  const { dialect, environment, userId, sessionId, agentName, models, tags } = trace;
  return (
    <div className={styles.belongings}>
      <Dialect dialect={dialect} />
      {environment !== null && <Badge title="Environment">{oneLine(environment, 60)}</Badge>}
      {agentName !== null && (
        <span className={styles.owner}>
          Agent{' '}
          <Link to="/p/$projectId/traces" params={{ projectId }} search={{ agent: [agentName] }}>
            <Name text={agentName} charsMax={60} />
          </Link>
        </span>
      )}
      {userId !== null && (
        <span className={styles.owner}>
          User{' '}
          <Link to="/p/$projectId/traces" params={{ projectId }} search={{ userId: [userId] }}>
            <Name text={userId} charsMax={60} />
          </Link>
        </span>
      )}
      {sessionId !== null && (
        <span className={styles.owner}>
          Session{' '}
          <Link to="/p/$projectId/sessions/$sessionId" params={{ projectId, sessionId }} search={{ dialect }}>
            <Name text={sessionId} charsMax={40} />
          </Link>
        </span>
      )}
      <Several values={models} search={(model) => ({ model: [model] })} label="Models" projectId={projectId} />
      <Several values={tags} search={(tag) => ({ tag: [tag] })} label="Tags" projectId={projectId} isTag />
    </div>
  );
}

function Several({
  values,
  search,
  label,
  projectId,
  isTag = false,
}: {
  values: readonly string[];
  search: (value: string) => { model?: readonly string[]; tag?: readonly string[] };
  label: string;
  projectId: string;
  isTag?: boolean;
}) {
  if (values.length === 0) return null;
  return (
    <ul className={styles.several} aria-label={label}>
      {values.slice(0, SHOWN_MAX).map((value) => (
        <li key={value}>
          <Link className={styles.chip} to="/p/$projectId/traces" params={{ projectId }} search={search(value)}>
            <bdi>
              {isTag && '#'}
              {oneLine(value, 40)}
            </bdi>
          </Link>
        </li>
      ))}
      {values.length > SHOWN_MAX && (
        <li
          className={styles.more}
          title={values
            .slice(SHOWN_MAX, 60)
            .map((value) => oneLine(value, 60))
            .join(', ')}
        >
          +{wholeNumber(values.length - SHOWN_MAX)}
        </li>
      )}
    </ul>
  );
}
