/** How long traces are kept, what went when, and deletions that somebody asked for. */

import { NeedsScope, useScope, WithScope } from '../../ui/needs-scope.tsx';
import { Section } from '../../ui/page.tsx';
import { Deletions } from './deletions.tsx';
import { KeepFor } from './keep-for.tsx';
import { NewDeletion } from './new-deletion.tsx';
import { RetentionRuns } from './retention-runs.tsx';

export function RetentionTab() {
  const isAdmin = useScope('admin');
  return (
    <>
      <Section
        title="How long traces are kept"
        text="A trace goes whole, when nothing has come to it for so many days."
      >
        {isAdmin === false && <NeedsScope to="Changing it" scope="admin" />}
        <KeepFor isAdmin={isAdmin === true} />
        <RetentionRuns />
      </Section>
      <Section
        title="Deletion on request"
        text="Everything of a user, a session or a trace, also what no list shows. It is done after a crash, too."
      >
        <WithScope to="Deleting" scope="admin">
          <NewDeletion />
          <Deletions />
        </WithScope>
      </Section>
    </>
  );
}
