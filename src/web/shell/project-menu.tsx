/** Which project is shown, the others that are signed in, and the way in and out. */

import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Check, ChevronsUpDown, LogOut, Plus } from 'lucide-react';
import { signedInProjects, signOut } from '../api/session.ts';
import { Button } from '../ui/button.tsx';
import { Menu, MenuItem, MenuLabel, MenuSeparator } from '../ui/menu.tsx';
import { say } from '../ui/toast.tsx';
import { Name } from '../ui/untrusted.tsx';

export function ProjectMenu({ projectId }: { projectId: string }) {
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const projects = signedInProjects();
  const current = projects.find(({ id }) => id === projectId);

  const leave = async () => {
    // Away from the project's pages first: what they still ask would be refused.
    await navigate({ to: '/sign-in' });
    await signOut(projectId).catch(() =>
      say('The server did not answer; the key may still be in this browser', 'error'),
    );
    queryClient.removeQueries({ queryKey: [projectId] });
    await navigate({ to: '/' });
  };
  return (
    <Menu
      trigger={
        <Button look="ghost">
          <Name text={current?.name ?? projectId} charsMax={40} />
          <ChevronsUpDown aria-hidden="true" />
        </Button>
      }
    >
      <MenuLabel>Projects</MenuLabel>
      {projects.map(({ id, name }) => (
        <MenuItem
          key={id}
          icon={<Check aria-hidden="true" style={{ visibility: id === projectId ? 'visible' : 'hidden' }} />}
          onSelect={() => void navigate({ to: '/p/$projectId', params: { projectId: id } })}
        >
          <Name text={name} charsMax={60} />
        </MenuItem>
      ))}
      <MenuSeparator />
      <MenuItem icon={<Plus aria-hidden="true" />} onSelect={() => void navigate({ to: '/sign-in' })}>
        Sign in with another key
      </MenuItem>
      <MenuItem icon={<LogOut aria-hidden="true" />} onSelect={() => void leave()}>
        Sign out of this project
      </MenuItem>
    </Menu>
  );
}
