/** Everything that was sent about the span, as it is stored. */

import type { SpanDetail } from '../../../../query/get-span.ts';
import { isObject } from '../../../messages/fields.ts';
import { JsonView } from '../../../ui/json-view.tsx';
import styles from './span-panel.module.css';

export function DataTab({ span }: { span: SpanDetail }) {
  const parts = [
    ['Input', span.input],
    ['Output', span.output],
    ['Parameters', span.params],
    ['Metadata', span.metadata],
    ['Annotations', span.annotations],
    ['Feedback', span.feedback],
  ] as const;
  const told = parts.filter(([, value]) => value !== null && !(isObject(value) && Object.keys(value).length === 0));
  if (told.length === 0) return <p className={styles.note}>Nothing more was sent about this span.</p>;
  return told.map(([title, value]) => (
    <section key={title} className={styles.side} aria-label={title}>
      <h3 className={styles.subtitle}>{title}</h3>
      <JsonView value={value} label={title} />
    </section>
  ));
}
