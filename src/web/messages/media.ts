/** Images and files in a message: where they are or how large they are, never their content. */

import { type Fields, isObject, textMember } from './fields.ts';
import { type MediaPart, withRest } from './message.ts';

interface Media {
  url?: string;
  mediaType?: string;
  name?: string;
  bytes?: number;
}

const DATA_URL = /^data:([^;,]{0,100})[^,]{0,100},/;

/** OpenAI's `image_url`, Anthropic's `source`, Gemini's `inlineData` and `fileData`, Vercel's `image` and `data`. */
const HOLDERS = [
  'image_url',
  'imageUrl',
  'source',
  'inlineData',
  'inline_data',
  'fileData',
  'file_data',
  'input_audio',
  'file',
  'image',
  'url',
  'data',
  'file_url',
  'file_id',
];

/** `undefined` when it names neither a place nor data. */
export function readMedia(fields: Fields, type: 'image' | 'file'): MediaPart | undefined {
  const media: Media = {};
  const holder = fields.any(...HOLDERS);
  if (typeof holder === 'string') tellText(holder, media);
  else if (isObject(holder)) tellObject(holder, media);
  const mediaType = fields.text('mediaType', 'media_type', 'mimeType', 'mime_type');
  const name = fields.text('filename', 'title', 'name');
  if (mediaType !== undefined) media.mediaType = mediaType;
  if (name !== undefined) media.name = name;
  fields.drop('type');
  if (media.url === undefined && media.bytes === undefined && media.name === undefined) return undefined;
  const shown = media.mediaType === undefined ? type : media.mediaType.startsWith('image/') ? 'image' : 'file';
  return withRest({ type: shown, ...media }, fields.rest());
}

function tellText(text: string, media: Media): void {
  const data = DATA_URL.exec(text);
  if (data !== null) {
    if (data[1] !== undefined && data[1] !== '') media.mediaType = data[1];
    media.bytes = bytesOfBase64(text.length - data[0].length);
  } else if (/^[a-z][a-z0-9+.-]{1,20}:/i.test(text) || text.length <= 200) media.url = text;
  else media.bytes = bytesOfBase64(text.length);
}

function tellObject(holder: object, media: Media): void {
  const place = ['url', 'fileUri', 'file_uri', 'file_url', 'file_id', 'id'].map((name) => textMember(holder, name));
  const url = place.find((one) => one !== undefined);
  if (url !== undefined) tellText(url, media);
  const data = textMember(holder, 'data') ?? textMember(holder, 'file_data');
  if (data !== undefined) {
    const prefix = DATA_URL.exec(data);
    if (prefix?.[1] !== undefined && prefix[1] !== '') media.mediaType = prefix[1];
    // Anthropic's documents may be plain text.
    media.bytes =
      textMember(holder, 'type') === 'text' ? data.length : bytesOfBase64(data.length - (prefix?.[0].length ?? 0));
  }
  for (const name of ['media_type', 'mediaType', 'mimeType', 'mime_type']) {
    const mediaType = textMember(holder, name);
    if (mediaType !== undefined) media.mediaType = mediaType;
  }
  const name = textMember(holder, 'filename') ?? textMember(holder, 'displayName');
  if (name !== undefined) media.name = name;
}

function bytesOfBase64(chars: number): number {
  return Math.floor((chars * 3) / 4);
}
