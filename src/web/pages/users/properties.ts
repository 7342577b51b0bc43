/** What a client told about a person. Any JSON: names and values are shown as text, bounded. */

const PROPERTIES_MAX = 60;
const VALUE_CHARS_MAX = 500;
/** By which people call each other, the best first. */
const NAMES = ['name', 'username', 'email'];

export function shownName(properties: Readonly<Record<string, unknown>> | null): string | null {
  if (properties === null) return null;
  for (const name of NAMES) {
    const value = Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (typeof value === 'string' && value.trim() !== '') return value;
  }
  return null;
}

export interface ShownProperties {
  readonly shown: readonly (readonly [name: string, value: string])[];
  readonly leftOut: number;
}

export function shownProperties(properties: Readonly<Record<string, unknown>> | null): ShownProperties {
  const all = Object.entries(properties ?? {});
  const shown = all.slice(0, PROPERTIES_MAX).map(([name, value]) => [name, textOf(value)] as const);
  return { shown, leftOut: all.length - shown.length };
}

function textOf(value: unknown): string {
  const text = typeof value === 'string' ? value : (safeJson(value) ?? String(value));
  return text.length > VALUE_CHARS_MAX ? `${text.slice(0, VALUE_CHARS_MAX).toWellFormed()}…` : text;
}

/** Lists within lists within lists can be deeper than the engine's stack. */
function safeJson(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return 'too deep to show';
  }
}
