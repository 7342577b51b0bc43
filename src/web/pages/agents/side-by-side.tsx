/** One column for each version, one row for each figure, and how it differs from the version before. */

import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { BarFigure, ChangeText } from '../../charts/figures.tsx';
import { Button, buttonClass } from '../../ui/button.tsx';
import { dayAndTime, shortTime } from '../../ui/format.ts';
import { Card, Section } from '../../ui/page.tsx';
import { Name, oneLine } from '../../ui/untrusted.tsx';
import styles from './agents.module.css';
import {
  type Agent,
  MEASURES,
  type Measure,
  newestFirst,
  shareOfLargest,
  type Version,
  versionBefore,
} from './versions.ts';

const COLUMNS_FIRST = 6;
/** With fewer, a percentile is about one or two traces. */
const TRACES_MIN = 20;

export function SideBySide({ projectId, agent }: { projectId: string; agent: Agent }) {
  const [isAll, setAll] = useState(false);
  const { agentName } = agent;
  const versions = newestFirst(agent.versions);
  const shown = isAll ? versions : versions.slice(0, COLUMNS_FIRST);
  return (
    <Section
      title={
        <>
          Versions of <Name text={agentName} charsMax={80} />
        </>
      }
      text={
        versions.length === 1 && versions[0]?.agentVersion === null
          ? 'No trace in this time names a version of the agent, so there is nothing to compare.'
          : 'The newest first, each compared with the one to its right. Error rate: traces with a failed span of the version.'
      }
      actions={
        <>
          {versions.length > COLUMNS_FIRST && (
            <Button isSmall onClick={() => setAll(!isAll)}>
              {isAll ? 'Show fewer' : `Show all ${versions.length}`}
            </Button>
          )}
          <Link
            className={buttonClass('plain', true)}
            to="/p/$projectId/traces"
            params={{ projectId }}
            search={{ agent: [agentName] }}
          >
            Traces
          </Link>
          <Link
            className={buttonClass('plain', true)}
            to="/p/$projectId/traces"
            params={{ projectId }}
            search={{ agent: [agentName], errorsMin: '1' }}
          >
            Traces with errors
          </Link>
        </>
      }
    >
      <Card isFlush>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls sideways is reached by key (WCAG 2.1.1) */}
        <section className={styles.scroll} aria-label="Versions side by side" tabIndex={0}>
          <table className={styles.versions}>
            <thead>
              <tr>
                <th scope="col">Version</th>
                {shown.map((version) => (
                  <th key={keyOf(version)} scope="col">
                    <span title={oneLine(version.agentVersion ?? '', 200)}>
                      <Name text={version.agentVersion} none="no version" charsMax={20} />
                    </span>
                    {version.traceCount < TRACES_MIN && <span className={styles.hint}>few traces</span>}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {MEASURES.map((measure) => (
                <MeasureRow key={measure.id} measure={measure} versions={versions} shown={shown} />
              ))}
              <TimeRow label="First seen" shown={shown} timeOf={({ firstSeen }) => firstSeen} />
              <TimeRow label="Last seen" shown={shown} timeOf={({ lastSeen }) => lastSeen} />
            </tbody>
          </table>
        </section>
      </Card>
    </Section>
  );
}

/** No version of an event can be this one. */
const keyOf = ({ agentVersion }: Version) => agentVersion ?? '\u0000none';

function MeasureRow({
  measure,
  versions,
  shown,
}: {
  measure: Measure;
  versions: readonly Version[];
  shown: readonly Version[];
}) {
  const { label, figureOf, show, change, tone } = measure;
  return (
    <tr>
      <th scope="row">{label}</th>
      {shown.map((version, place) => {
        const before = versionBefore(versions, place);
        return (
          <td key={keyOf(version)}>
            <BarFigure share={shareOfLargest(measure, versions, version)} tone={tone} isStart>
              {show(figureOf(version))}
            </BarFigure>
            <span className={styles.change}>
              {before === undefined ? (
                '\u00a0'
              ) : (
                <ChangeText change={change(figureOf(version), figureOf(before))} isSpelled />
              )}
            </span>
          </td>
        );
      })}
    </tr>
  );
}

function TimeRow({
  label,
  shown,
  timeOf,
}: {
  label: string;
  shown: readonly Version[];
  timeOf: (version: Version) => string;
}) {
  return (
    <tr>
      <th scope="row">{label}</th>
      {shown.map((version) => (
        <td key={keyOf(version)}>
          <time dateTime={timeOf(version)} title={dayAndTime(timeOf(version))}>
            {shortTime(timeOf(version))}
          </time>
        </td>
      ))}
    </tr>
  );
}
