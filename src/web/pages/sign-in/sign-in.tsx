/** The way in: one key. A link from the terminal may bring it along after `#`, which browsers send to nobody. */

import { useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { signIn } from '../../api/session.ts';
import { router } from '../../router.tsx';
import { isPageFor } from '../../search.ts';
import { Button } from '../../ui/button.tsx';
import { TextField } from '../../ui/field.tsx';
import styles from './sign-in.module.css';

export function SignInPage() {
  const { to } = useSearch({ from: '/sign-in' });
  const navigate = useNavigate();
  const [key, setKey] = useState('');
  const [error, setError] = useState<string>();
  const [isBusy, setBusy] = useState(false);

  const enter = async (given: string) => {
    setBusy(true);
    setError(undefined);
    try {
      const project = await signIn(given.trim());
      // With a key of another project that page would ask for a key again.
      if (to === undefined || !isPageFor(project.id, to))
        await navigate({ to: '/p/$projectId', params: { projectId: project.id } });
      else router.history.push(to);
    } catch (reason) {
      setError(reason instanceof Error ? reason.message : 'Something went wrong');
      setBusy(false);
    }
  };
  const latest = useRef(enter);
  latest.current = enter;

  useEffect(() => {
    document.title = 'Sign in · Tributary';
    const carried = keyIn(location.hash);
    if (carried === '') return;
    // It must not stay in the address, nor in the history.
    history.replaceState(history.state, '', location.pathname + location.search);
    setKey(carried);
    void latest.current(carried);
  }, []);

  return (
    <main className={styles.page}>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          void enter(key);
        }}
      >
        <img src="/icon.svg" alt="" width="36" height="36" />
        <h1 className={styles.title}>Sign in to Tributary</h1>
        <p className={styles.text}>
          With a key of a project that has the scope <code>read</code>. The first start of the server printed one;{' '}
          <code>npx tributary keys create dashboard</code> makes another.
        </p>
        <TextField
          label="Key"
          type="password"
          autoComplete="current-password"
          value={key}
          error={error}
          // The only field of the page.
          autoFocus
          onChange={(event) => setKey(event.target.value)}
        />
        <Button type="submit" look="primary" isBusy={isBusy} disabled={key.trim() === ''}>
          Sign in
        </Button>
        <p className={styles.text}>It is kept in a cookie that only this server gets, and no script can read.</p>
      </form>
    </main>
  );
}

/** Of `#key`. A `%` that begins no escape stands for itself. */
function keyIn(hash: string): string {
  const text = hash.slice(1);
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
