/** Is everything stored that was accepted? What was refused, and what is nowhere to be seen? */

import { keepPreviousData } from '@tanstack/react-query';
import type { getIntakeRoute } from '../../../query/intake-health.ts';
import type { getRetentionRoute } from '../../../query/retention.ts';
import { useAnswer } from '../../api/project.tsx';
import { Answered, Page } from '../../ui/page.tsx';
import { DeadLetters } from './dead-letters.tsx';
import { ProjectFigures, ServerFigures } from './figures.tsx';
import { HealthBanner } from './health-banner.tsx';
import { Quarantine } from './quarantine.tsx';
import { RefusedRequests } from './refused-requests.tsx';
import { Unmapped } from './unmapped.tsx';

const REFRESH_MS = 3_000;
const RETENTION_REFRESH_MS = 60_000;

export function IntakePage() {
  const intake = useAnswer<typeof getIntakeRoute>(
    '/intake',
    {},
    { refetchInterval: REFRESH_MS, placeholderData: keepPreviousData },
  );
  const retention = useAnswer<typeof getRetentionRoute>('/retention', {}, { refetchInterval: RETENTION_REFRESH_MS });
  return (
    <Page title="Intake" text="What comes in, what does not, and what waits.">
      <Answered asked={intake} lines={10}>
        {(answer) => (
          <>
            <HealthBanner intake={answer} isLost={intake.isError} />
            <ProjectFigures intake={answer} retention={retention.data} />
            <ServerFigures server={answer.server} />
          </>
        )}
      </Answered>
      <DeadLetters />
      <RefusedRequests />
      <Unmapped />
      <Quarantine />
    </Page>
  );
}
