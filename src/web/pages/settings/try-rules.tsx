/** What the rules would leave of a sample. Nothing of it is kept. */

import { useState } from 'react';
import type { testRedactionRoute } from '../../../query/redaction.ts';
import { Button } from '../../ui/button.tsx';
import { Form, FormButtons, fieldError } from '../../ui/form.tsx';
import { Card, Section } from '../../ui/page.tsx';
import { TextArea } from '../../ui/text-area.tsx';
import { visibleText } from '../../ui/untrusted.tsx';
import styles from './settings.module.css';
import { useChange } from './use-change.ts';

const SAMPLE = '{"input":"write to ann@example.org","password":"x"}';
/** The API takes 64 KiB. */
const SAMPLE_CHARS_MAX = 20_000;

export function TryRules() {
  const [sample, setSample] = useState(SAMPLE);
  const trial = useChange({
    run: (api, given: string) =>
      api.call<typeof testRedactionRoute>('post', '/redaction-rules/test', { body: { sample: given } }),
    says: ({ found }) => (found.length === 0 ? 'No rule found anything' : 'The rules found something'),
    stale: [],
  });
  const { data } = trial;
  return (
    <Section title="Try the rules" text="On an event as JSON, or on any text. Nothing of it is kept.">
      <Card>
        <div className={styles.stack}>
          <Form
            label="Try the rules"
            error={trial.error}
            isBusy={trial.isPending}
            fields={['sample']}
            onSubmit={() => trial.mutate(sample)}
          >
            <TextArea
              label="Sample"
              value={sample}
              maxLength={SAMPLE_CHARS_MAX}
              error={fieldError(trial.error, 'sample')}
              onChange={(event) => setSample(event.target.value)}
            />
            <FormButtons>
              <Button type="submit" isBusy={trial.isPending}>
                Try
              </Button>
            </FormButtons>
          </Form>
          {data !== undefined && (
            <div role="status" className={styles.stack}>
              <p>
                {data.found.length === 0
                  ? 'Nothing was found. This is what would be kept:'
                  : `Found: ${data.found.map(({ name, count }) => `${name} (${count})`).join(', ')}. This would be kept:`}
              </p>
              <pre className={styles.output}>{visibleText(data.text)}</pre>
              {!data.isJson && (
                <p className={styles.note}>It is no JSON: taken as plain text, in which field rules mean nothing.</p>
              )}
            </div>
          )}
        </div>
      </Card>
    </Section>
  );
}
