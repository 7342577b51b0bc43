/** The projects that the key sees, and making one. */

import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { z } from 'zod';
import type { createProjectRoute, listProjectsRoute, ProjectBody } from '../../../query/projects.ts';
import { useAnswer, useApi } from '../../api/project.tsx';
import { signIn } from '../../api/session.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { TextField } from '../../ui/field.tsx';
import { Form, FormButtons, fieldError } from '../../ui/form.tsx';
import { dayAndTime } from '../../ui/format.ts';
import { WithScope } from '../../ui/needs-scope.tsx';
import { Answered, Card, Section } from '../../ui/page.tsx';
import { Table } from '../../ui/table.tsx';
import { say } from '../../ui/toast.tsx';
import { Name, oneLine } from '../../ui/untrusted.tsx';
import { SecretDialog } from './secret-dialog.tsx';
import { useChange } from './use-change.ts';

type Project = z.infer<typeof ProjectBody>;

export function ProjectsTab() {
  const { projectId } = useApi();
  const projects = useAnswer<typeof listProjectsRoute>('/projects', {});
  return (
    <>
      <Section title="Projects" text="Each has its own keys, and sees nothing of the others.">
        <Card isFlush>
          <Answered asked={projects}>
            {({ data }) => (
              <Table<Project>
                label="Projects"
                rows={data}
                rowKey={({ id }) => id}
                columns={[
                  {
                    id: 'name',
                    header: 'Name',
                    cell: ({ id, name }) => (
                      <>
                        <Name text={name} charsMax={80} /> {id === projectId && <Badge tone="accent">this one</Badge>}
                      </>
                    ),
                  },
                  { id: 'id', header: 'Id', from: 'phone', cell: ({ id }) => <code>{id}</code> },
                  { id: 'created', header: 'Made', from: 'tablet', cell: ({ createdAt }) => dayAndTime(createdAt) },
                ]}
              />
            )}
          </Answered>
        </Card>
      </Section>
      <Section title="New project">
        <WithScope to="Making a project" scope="instance">
          <NewProject />
        </WithScope>
      </Section>
    </>
  );
}

function NewProject() {
  const [name, setName] = useState('');
  const [made, setMade] = useState<{ name: string; key: string }>();
  const creation = useChange({
    run: (api, given: string) => api.call<typeof createProjectRoute>('post', '/projects', { body: { name: given } }),
    says: 'The project was made',
    stale: ['/projects'],
    onDone: (project) => {
      setMade(project);
      setName('');
    },
  });
  return (
    <Card>
      <Form
        label="New project"
        error={creation.error}
        isBusy={creation.isPending}
        fields={['name']}
        onSubmit={() => creation.mutate(name)}
      >
        <TextField
          label="Name"
          value={name}
          maxLength={200}
          error={fieldError(creation.error, 'name')}
          onChange={(event) => setName(event.target.value)}
        />
        <FormButtons>
          <Button type="submit" look="primary" isBusy={creation.isPending} disabled={name.trim() === ''}>
            Make the project
          </Button>
        </FormButtons>
      </Form>
      {made !== undefined && (
        <SecretDialog
          title={`The first key of ${oneLine(made.name, 60)}`}
          secret={made.key}
          action={<SignInTo secret={made.key} />}
          onClose={() => setMade(undefined)}
        />
      )}
    </Card>
  );
}

function SignInTo({ secret }: { secret: string }) {
  const navigate = useNavigate();
  const [isBusy, setBusy] = useState(false);
  const enter = async () => {
    setBusy(true);
    try {
      const { id } = await signIn(secret);
      await navigate({ to: '/p/$projectId/start', params: { projectId: id } });
    } catch (error) {
      say(error instanceof Error ? error.message : 'The sign-in did not work', 'error');
      setBusy(false);
    }
  };
  return (
    <Button look="primary" isBusy={isBusy} onClick={() => void enter()}>
      Sign in to it now
    </Button>
  );
}
