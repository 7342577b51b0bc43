/**
 * Who is signed in where. The key itself is in an http-only cookie that no script can read, one per project; what is
 * remembered here is only which projects there are to choose from.
 */

import { send } from './client.ts';

export interface SignedIn {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly string[];
}

const STORED_AS = 'tributary.projects';
const LAST_AS = 'tributary.project';

/** The key that was typed in this page, for snippets to copy. Gone with the page. */
let typedKey: { readonly projectId: string; readonly key: string } | undefined;

export function keyTypedFor(projectId: string): string | undefined {
  return typedKey?.projectId === projectId ? typedKey.key : undefined;
}

export function signedInProjects(): readonly SignedIn[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(STORED_AS) ?? '[]');
    return Array.isArray(stored) ? stored.filter(isSignedIn) : [];
  } catch {
    return [];
  }
}

function isSignedIn(value: unknown): value is SignedIn {
  return (
    typeof value === 'object' &&
    value !== null &&
    'id' in value &&
    typeof value.id === 'string' &&
    'name' in value &&
    typeof value.name === 'string' &&
    'scopes' in value &&
    Array.isArray(value.scopes)
  );
}

/** The project that was looked at last, if it is still signed in. */
export function lastProject(): SignedIn | undefined {
  const projects = signedInProjects();
  return projects.find(({ id }) => id === localStorage.getItem(LAST_AS)) ?? projects[0];
}

export function rememberLast(projectId: string): void {
  localStorage.setItem(LAST_AS, projectId);
}

/** Checks the key and keeps it in a cookie. Throws `ApiError`. */
export async function signIn(key: string): Promise<SignedIn> {
  const project = await send<SignedIn>('/p/sign-in', {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-tributary-dashboard': '1' },
    body: JSON.stringify({ key }),
  });
  const others = signedInProjects().filter(({ id }) => id !== project.id);
  localStorage.setItem(STORED_AS, JSON.stringify([...others, project]));
  rememberLast(project.id);
  typedKey = { projectId: project.id, key };
  return project;
}

export async function signOut(projectId: string): Promise<void> {
  forget(projectId);
  await send(`/p/${encodeURIComponent(projectId)}/sign-out`, {
    method: 'POST',
    headers: { 'x-tributary-dashboard': '1' },
  });
}

/** Its cookie is gone or its key revoked. */
export function forget(projectId: string): void {
  localStorage.setItem(STORED_AS, JSON.stringify(signedInProjects().filter(({ id }) => id !== projectId)));
}
