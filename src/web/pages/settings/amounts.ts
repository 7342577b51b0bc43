/** Dollars as they are typed. */

/** `null` for an empty field, `undefined` for what is no amount. */
export function amountOf(text: string): number | null | undefined {
  const trimmed = text.trim().replace(/^\$/, '');
  if (trimmed === '') return null;
  return /^\d{1,7}(\.\d{1,12})?$|^\.\d{1,12}$/.test(trimmed) ? Number(trimmed) : undefined;
}
