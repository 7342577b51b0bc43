/** Buttons, and links that look like them. */

import type { ButtonHTMLAttributes, ReactNode, Ref } from 'react';
import styles from './button.module.css';
import { Tooltip } from './tooltip.tsx';

export type ButtonLook = 'primary' | 'plain' | 'ghost' | 'danger';

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly look?: ButtonLook;
  readonly isSmall?: boolean;
  readonly isBusy?: boolean;
  readonly icon?: ReactNode;
  readonly ref?: Ref<HTMLButtonElement>;
}

export function buttonClass(look: ButtonLook = 'plain', isSmall = false): string {
  return `${styles.button} ${styles[look] ?? ''} ${isSmall ? styles.small : ''}`;
}

export function Button({ look, isSmall, isBusy, icon, children, className, disabled, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      disabled={disabled === true || isBusy === true}
      aria-busy={isBusy}
      className={`${buttonClass(look, isSmall)} ${className ?? ''}`}
    >
      {icon}
      {children}
    </button>
  );
}

/** Only a picture; `label` is its name for those who do not see it, and the tooltip, with the key that does the same. */
export function IconButton({
  label,
  hotkey,
  isPressed,
  ...rest
}: Omit<ButtonProps, 'children'> & { label: string; hotkey?: string; isPressed?: boolean }) {
  return (
    <Tooltip text={label} hotkey={hotkey}>
      <Button
        look="ghost"
        {...rest}
        aria-label={label}
        aria-pressed={isPressed}
        aria-keyshortcuts={hotkey}
        className={`${styles.icon} ${isPressed === true ? styles.pressed : ''} ${rest.className ?? ''}`}
      />
    </Tooltip>
  );
}
