/** A session in figures, and whose it is. */

import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { SessionBody } from '../../../query/list-sessions.ts';
import { useApi } from '../../api/project.tsx';
import { Dialect } from '../../ui/badge.tsx';
import { dayAndTime, duration, shortNumber, usd, wholeNumber } from '../../ui/format.ts';
import { Name } from '../../ui/untrusted.tsx';
import styles from './sessions.module.css';

const AGENTS_SHOWN = 5;

export function SessionFacts({ session }: { session: SessionBody }) {
  const { projectId } = useApi();
  const { dialect, sessionId, traceCount, spanCount, errorCount, usage, costUsd, userId, agentNames } = session;
  return (
    <dl className={styles.facts}>
      <Fact name="Traces">
        <Link to="/p/$projectId/traces" params={{ projectId }} search={{ sessionId: [sessionId], dialect: [dialect] }}>
          {wholeNumber(traceCount)}
        </Link>
      </Fact>
      <Fact name="Spans">{wholeNumber(spanCount)}</Fact>
      <Fact name="Failed">
        <span className={errorCount > 0 ? styles.error : ''}>{wholeNumber(errorCount)}</span>
      </Fact>
      <Fact name="Tokens">{shortNumber(usage.totalTokens)}</Fact>
      <Fact name="Cost">{usd(costUsd)}</Fact>
      <Fact name="Lasted">{duration(session.durationMs)}</Fact>
      <Fact name="First seen">{dayAndTime(session.firstSeen)}</Fact>
      <Fact name="Last seen">{dayAndTime(session.lastSeen)}</Fact>
      <Fact name="From">
        <Dialect dialect={dialect} />
      </Fact>
      {userId !== null && (
        <Fact name="User">
          <Link to="/p/$projectId/users/$userId" params={{ projectId, userId }}>
            <Name text={userId} charsMax={60} />
          </Link>
        </Fact>
      )}
      {agentNames.length > 0 && (
        <Fact name={agentNames.length === 1 ? 'Agent' : 'Agents'}>
          <span className={styles.agents}>
            {agentNames.slice(0, AGENTS_SHOWN).map((agent) => (
              <Link key={agent} to="/p/$projectId/traces" params={{ projectId }} search={{ agent: [agent] }}>
                <Name text={agent} charsMax={60} />
              </Link>
            ))}
            {agentNames.length > AGENTS_SHOWN && <span>and {agentNames.length - AGENTS_SHOWN} more</span>}
          </span>
        </Fact>
      )}
    </dl>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className={styles.fact}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
