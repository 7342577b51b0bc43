/** An entry of a menu that the browser follows by itself: a download. */

import { DropdownMenu } from 'radix-ui';
import type { ReactNode } from 'react';
import styles from './overlay.module.css';

export function MenuDownload({
  href,
  name,
  icon,
  children,
}: {
  href: string;
  name: string;
  icon?: ReactNode;
  children: ReactNode;
}) {
  return (
    <DropdownMenu.Item asChild>
      <a className={styles.item} href={href} download={name}>
        {icon}
        {children}
      </a>
    </DropdownMenu.Item>
  );
}
