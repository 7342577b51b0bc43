/** Small marks that say what something is: a status, a kind of span, a vendor. Never by colour alone. */

import {
  Bot,
  CircleCheck,
  CircleDashed,
  CircleHelp,
  CirclePause,
  CircleX,
  Cog,
  Database,
  GitBranch,
  Link2,
  type LucideIcon,
  MessageSquare,
  Sparkles,
  Waypoints,
  Wrench,
  Zap,
} from 'lucide-react';
import type { ReactNode } from 'react';
import styles from './badge.module.css';
import { oneLine } from './untrusted.tsx';

export type Tone = 'neutral' | 'ok' | 'error' | 'warn' | 'info' | 'accent';

export function Badge({ tone = 'neutral', title, children }: { tone?: Tone; title?: string; children: ReactNode }) {
  return (
    <span className={`${styles.badge} ${styles[tone]}`} title={title}>
      {children}
    </span>
  );
}

interface StatusLook {
  readonly tone: Tone;
  readonly Icon: LucideIcon;
}

const STATUS: Readonly<Record<string, StatusLook>> = {
  ok: { tone: 'ok', Icon: CircleCheck },
  error: { tone: 'error', Icon: CircleX },
  running: { tone: 'info', Icon: CircleDashed },
  paused: { tone: 'warn', Icon: CirclePause },
  unknown: { tone: 'neutral', Icon: CircleHelp },
};

/** Of a span or a trace. `isIcon`: where there is no room for the word; it is still there for screen readers. */
export function Status({ status, isIcon = false }: { status: string; isIcon?: boolean }) {
  const { tone, Icon } = STATUS[status] ?? { tone: 'neutral', Icon: CircleHelp };
  return (
    <span
      className={`${styles.status} ${styles[tone]} ${isIcon ? styles.bare : ''}`}
      title={isIcon ? status : undefined}
    >
      <Icon aria-hidden="true" className={status === 'running' ? styles.turning : ''} />
      <span className={isIcon ? 'visually-hidden' : ''}>{status}</span>
    </span>
  );
}

const KINDS: Readonly<Record<string, { readonly Icon: LucideIcon; readonly colour: string }>> = {
  agent: { Icon: Bot, colour: 'var(--kind-agent)' },
  llm: { Icon: Sparkles, colour: 'var(--kind-llm)' },
  tool: { Icon: Wrench, colour: 'var(--kind-tool)' },
  retriever: { Icon: Database, colour: 'var(--kind-retrieval)' },
  embedding: { Icon: Waypoints, colour: 'var(--kind-embedding)' },
  chain: { Icon: Link2, colour: 'var(--kind-chain)' },
  node: { Icon: Cog, colour: 'var(--kind-chain)' },
  workflow: { Icon: GitBranch, colour: 'var(--kind-workflow)' },
  message: { Icon: MessageSquare, colour: 'var(--kind-message)' },
  event: { Icon: Zap, colour: 'var(--kind-chain)' },
};
const OTHER_KIND = { Icon: Cog, colour: 'var(--kind-chain)' };

export function kindColour(kind: string | null): string {
  return (Object.hasOwn(KINDS, kind ?? '') ? KINDS[kind ?? ''] : undefined)?.colour ?? OTHER_KIND.colour;
}

export function KindIcon({ kind }: { kind: string | null }) {
  const { Icon, colour } = (Object.hasOwn(KINDS, kind ?? '') ? KINDS[kind ?? ''] : undefined) ?? OTHER_KIND;
  const name = oneLine(kind ?? 'span', 40);
  return (
    <span className={styles.kind} style={{ color: colour }} title={name}>
      <Icon aria-hidden="true" />
      <span className="visually-hidden">{name}</span>
    </span>
  );
}

const DIALECTS: Readonly<Record<string, string>> = {
  lunary: 'Lunary',
  vellum: 'Vellum',
  voker: 'Voker',
  weflayr: 'Weflayr',
  whyops: 'WhyOps',
};

export function dialectName(dialect: string): string {
  return (Object.hasOwn(DIALECTS, dialect) ? DIALECTS[dialect] : undefined) ?? oneLine(dialect, 40);
}

export function Dialect({ dialect }: { dialect: string }) {
  return <span className={styles.dialect}>{dialectName(dialect)}</span>;
}
