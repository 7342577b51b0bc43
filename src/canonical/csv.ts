/** Cells of a CSV file (RFC 4180), safe to open in a spreadsheet. */

/** A cell that begins like this is a formula to a spreadsheet, and would be computed when the file is opened. */
const FORMULA = /^[=+\-@\t\r]/;

export function csvRow(values: readonly unknown[]): string {
  return `${values.map(cell).join(',')}\r\n`;
}

function cell(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) || safe !== text ? `"${safe.replaceAll('"', '""')}"` : safe;
}
