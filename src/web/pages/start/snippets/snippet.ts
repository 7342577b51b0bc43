/** What a snippet is made of. The texts are run as they stand here; docs/guide/sdks.md says with which versions. */

export interface SnippetValues {
  /** Of the server, without a slash at its end. */
  readonly url: string;
  readonly projectId: string;
  readonly key: string;
}

export interface SnippetBlock {
  readonly title: string;
  readonly text: string;
}

export interface Snippet {
  /** In the URL, as `?sdk=`. */
  readonly id: string;
  readonly label: string;
  readonly blocks: (values: SnippetValues) => readonly SnippetBlock[];
  readonly notes: readonly string[];
}

export interface VendorSnippets {
  readonly dialect: string;
  readonly snippets: readonly Snippet[];
}

/** A word of a shell command. An imported key may hold anything that fits into a header, quotes too. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** In JavaScript. */
export function jsText(text: string): string {
  return `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
}

/** In Python, which reads the escapes of JSON as JSON does. */
export function pyText(text: string): string {
  return JSON.stringify(text);
}
