/**
 * A plain table for lists of up to some hundred rows: agents, models, keys. The list of traces, which may have a million,
 * has its own (pages/traces).
 */

import { Link, type LinkProps } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import styles from './table.module.css';

export interface Column<Row> {
  readonly id: string;
  readonly header: ReactNode;
  readonly cell: (row: Row) => ReactNode;
  /** Figures stand at the end of their column. */
  readonly isNumber?: boolean;
  /** Hidden on screens narrower than this. */
  readonly from?: 'phone' | 'tablet' | 'desktop';
}

export function Table<Row>({
  label,
  columns,
  rows,
  rowKey,
  isSelected,
}: {
  /** Of the whole table, for screen readers. */
  label: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowKey: (row: Row) => string;
  isSelected?: (row: Row) => boolean;
}) {
  const place = ({ isNumber, from }: Column<Row>) =>
    `${isNumber === true ? styles.number : ''} ${from === undefined ? '' : styles[from]}`;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls sideways is reached by key (WCAG 2.1.1)
    <section className={styles.scroll} aria-label={label} tabIndex={0}>
      <table className={styles.table}>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.id} scope="col" className={place(column)}>
                {column.header}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={rowKey(row)} aria-selected={isSelected?.(row)}>
              {columns.map((column) => (
                <td key={column.id} className={place(column)}>
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** The name in a row that leads somewhere; the whole row can be clicked. */
export function RowLink(props: LinkProps & { children: ReactNode }) {
  return <Link {...props} className={styles.link} />;
}
