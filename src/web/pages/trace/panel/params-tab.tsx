/** How the model was asked: settings, and the tools that it could have called. */

import { Wrench } from 'lucide-react';
import { useMemo } from 'react';
import { compact } from '../../../messages/compact.ts';
import { Fold } from '../../../messages/fold.tsx';
import { JsonBody, RestView } from '../../../messages/part-view.tsx';
import { readParams, type ToolDefinition } from '../../../messages/read-params.ts';
import { LongText } from '../../../ui/long-text.tsx';
import { oneLine, visibleText } from '../../../ui/untrusted.tsx';
import styles from './span-panel.module.css';

const LINE_CHARS = 120;
const TOOLS_SHOWN = 200;

export function ParamsTab({ params }: { params: unknown }) {
  const { settings, tools } = useMemo(() => readParams(params), [params]);
  if (settings.length === 0 && tools.length === 0) return <p className={styles.note}>No parameters were sent.</p>;
  return (
    <>
      {settings.length > 0 && (
        <section className={styles.side} aria-label="Settings">
          <h3 className={styles.subtitle}>Settings</h3>
          <dl className={styles.settings}>
            {settings.slice(0, TOOLS_SHOWN).map(([name, value]) => (
              <div key={name} className={styles.setting}>
                <dt>
                  <bdi>{oneLine(name, 80)}</bdi>
                </dt>
                <dd>
                  <Setting value={value} name={name} />
                </dd>
              </div>
            ))}
          </dl>
        </section>
      )}
      {tools.length > 0 && (
        <section className={styles.side} aria-label="Tools">
          <h3 className={styles.subtitle}>{tools.length === 1 ? '1 tool' : `${tools.length} tools`}</h3>
          {tools.slice(0, TOOLS_SHOWN).map((tool, index) => (
            // Nothing keeps two tools from having one name.
            // biome-ignore lint/suspicious/noArrayIndexKey: see above
            <Tool key={index} tool={tool} />
          ))}
          {tools.length > TOOLS_SHOWN && <p className={styles.muted}>{tools.length - TOOLS_SHOWN} more under JSON</p>}
        </section>
      )}
    </>
  );
}

function Setting({ name, value }: { name: string; value: unknown }) {
  if (typeof value === 'string') return <LongText text={value} charsAtFirst={1000} />;
  const line = compact(value, LINE_CHARS);
  if (typeof value !== 'object' || value === null || line.length <= LINE_CHARS) return <code>{visibleText(line)}</code>;
  return (
    <Fold summary={<bdi className={styles.preview}>{oneLine(line, LINE_CHARS)}</bdi>}>
      <JsonBody value={value} label={name} />
    </Fold>
  );
}

function Tool({ tool: { name, description, parameters, rest } }: { tool: ToolDefinition }) {
  return (
    <Fold
      summary={
        <>
          <Wrench aria-hidden="true" className={styles.toolIcon} />
          <bdi className={styles.toolName}>{oneLine(name, 80)}</bdi>
          {description !== undefined && <bdi className={styles.preview}>{oneLine(description, 160)}</bdi>}
        </>
      }
    >
      {description !== undefined && <LongText text={description} charsAtFirst={2000} />}
      {parameters !== undefined && <JsonBody value={parameters} label={`Parameters of ${name}`} />}
      <RestView rest={rest} label={name} />
    </Fold>
  );
}
