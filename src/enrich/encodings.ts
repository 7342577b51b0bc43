/** Which vocabulary a model reads and writes, and what is known about how its calls are billed. */

export type EncodingName = 'o200k_base' | 'cl100k_base';

export interface ModelEncoding {
  readonly encoding: EncodingName;
  /** It is the model's own vocabulary. For other vendors, whose vocabularies are not public, it is a stand-in. */
  readonly isOwn: boolean;
  /** Messages are framed as OpenAI has documented for these models; newer ones frame them in ways that are not public. */
  readonly isFramingKnown: boolean;
  /** Output is billed with a reasoning that nobody gets to see. */
  readonly isReasoning: boolean;
}

/** `ft:gpt-4o-mini:acme::x`, `openai/gpt-4o`, `azure/gpt-35-turbo`, `models/…`: the name itself is after the slash. */
const PREFIX = /^(?:ft:)?(?:[^/]*\/)*(?:ft:)?/;
const REASONING = /^(?:o\d+|gpt-[5-9]|gpt-oss|codex)(?![a-z\d])/;
/** gpt-4o, gpt-4.1, gpt-4.5 and what is called chatgpt. The longer names come before `gpt-4`. */
const O200K_CHAT = /^(?:gpt-4o|gpt-4\.\d|chatgpt)/;
const CL100K_CHAT = /^(?:gpt-4|gpt-3\.5|gpt-35)(?![a-z\d.])/;
const CL100K_TEXT = /^(?:text-embedding-3|text-embedding-ada-002|ada-002|davinci-002|babbage-002)/;

export function encodingOf(model: string): ModelEncoding {
  const name = model.trim().toLowerCase().replace(PREFIX, '');
  const known = { isOwn: true, isFramingKnown: true, isReasoning: false };
  if (REASONING.test(name)) return { ...known, encoding: 'o200k_base', isFramingKnown: false, isReasoning: true };
  if (O200K_CHAT.test(name)) return { ...known, encoding: 'o200k_base' };
  if (CL100K_CHAT.test(name) || CL100K_TEXT.test(name)) return { ...known, encoding: 'cl100k_base' };
  return { encoding: 'o200k_base', isOwn: false, isFramingKnown: false, isReasoning: false };
}
