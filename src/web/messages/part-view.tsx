/** One part of a message. */

import { Brain, FileText, Image } from 'lucide-react';
import { useMemo } from 'react';
import { bytes } from '../ui/format.ts';
import { JsonView } from '../ui/json-view.tsx';
import { LongText } from '../ui/long-text.tsx';
import { oneLine, safeUrl } from '../ui/untrusted.tsx';
import type { JsonObject } from './fields.ts';
import { Fold } from './fold.tsx';
import { MarkdownText } from './markdown.tsx';
import type { MediaPart, Part, ToolResultPart } from './message.ts';
import styles from './messages.module.css';
import { parsed } from './part.ts';
import { useTextMode } from './text-mode.ts';
import { ToolCallView } from './tool-call-view.tsx';

/** Longer JSON is not looked for in a text. */
const JSON_CHARS_MAX = 2_000_000;

export function PartView({ part, results = [] }: { part: Part; results?: readonly ToolResultPart[] }) {
  switch (part.type) {
    case 'text':
      return <TextBody text={part.text} />;
    case 'thinking':
      return (
        <Fold summary={<ThinkingSummary text={part.text} />}>
          <LongText text={part.text} />
        </Fold>
      );
    case 'toolCall':
      return <ToolCallView call={part} results={results} />;
    case 'toolResult':
      return <ToolCallView results={[part]} />;
    case 'image':
    case 'file':
      return <Media part={part} />;
    case 'json':
      return <JsonBody value={part.value} />;
  }
}

export function JsonBody({ value, label = 'JSON' }: { value: unknown; label?: string }) {
  if (typeof value === 'string') return <LongText text={value} />;
  if (typeof value !== 'object' || value === null) return <LongText isMono text={JSON.stringify(value) ?? 'null'} />;
  return <JsonView value={value} label={label} />;
}

/** JSON that a model wrote is shown as such, unless the text is wanted as it is. */
export function TextBody({ text }: { text: string }) {
  const [mode] = useTextMode();
  const value = useMemo(
    () => (mode === 'markdown' && text.length <= JSON_CHARS_MAX ? parsed(text) : text),
    [text, mode],
  );
  if (typeof value !== 'string') return <JsonBody value={value} />;
  return mode === 'markdown' ? <MarkdownText text={text} /> : <LongText text={text} />;
}

function ThinkingSummary({ text }: { text: string }) {
  return (
    <>
      <Brain aria-hidden="true" className={styles.icon} />
      <span className={styles.label}>Thinking</span>
      <bdi className={styles.preview}>{text === '' ? 'kept secret by the provider' : oneLine(text, 160)}</bdi>
    </>
  );
}

/** Never loaded: it would tell its server who looks at this page. */
function Media({ part: { type, url, mediaType, name, bytes: size } }: { part: MediaPart }) {
  const Icon = type === 'image' ? Image : FileText;
  const about = [name, mediaType, size === undefined ? undefined : bytes(size)].filter((one) => one !== undefined);
  const link = url === undefined ? undefined : safeUrl(url);
  return (
    <p className={styles.media}>
      <Icon aria-hidden="true" className={styles.icon} />
      <span>{type === 'image' ? 'Image' : 'File'}</span>
      {about.length > 0 && <bdi className={styles.muted}>{oneLine(about.join(', '), 200)}</bdi>}
      {url !== undefined &&
        (link === undefined ? (
          <bdi className={styles.muted}>{oneLine(url, 200)}</bdi>
        ) : (
          <a href={link} rel="noreferrer noopener" target="_blank">
            <bdi>{oneLine(link, 200)}</bdi>
          </a>
        ))}
    </p>
  );
}

/** What stood beside what was understood. */
export function RestView({ rest, label }: { rest: JsonObject | undefined; label: string }) {
  if (rest === undefined) return null;
  const names = Object.keys(rest);
  return (
    <Fold
      summary={
        <>
          <span className={styles.muted}>{names.length === 1 ? '1 more field' : `${names.length} more fields`}</span>
          <bdi className={styles.preview}>{oneLine(names.join(', '), 160)}</bdi>
        </>
      }
    >
      <JsonView value={rest} label={`More fields of ${label}`} />
    </Fold>
  );
}
