/** What opens over the page: a menu of commands, a popover with anything in it, a dialog that wants an answer. */

import { DropdownMenu, Dialog as RadixDialog, Popover as RadixPopover } from 'radix-ui';
import type { ReactNode } from 'react';
import { Button } from './button.tsx';
import styles from './overlay.module.css';

export function Menu({
  trigger,
  align = 'start',
  children,
}: {
  trigger: ReactNode;
  align?: 'start' | 'end';
  children: ReactNode;
}) {
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className={styles.menu} align={align} sideOffset={4} collisionPadding={8}>
          {children}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

export function MenuItem({
  onSelect,
  icon,
  isDangerous = false,
  isDisabled = false,
  children,
}: {
  onSelect: () => void;
  icon?: ReactNode;
  isDangerous?: boolean;
  isDisabled?: boolean;
  children: ReactNode;
}) {
  return (
    <DropdownMenu.Item
      className={`${styles.item} ${isDangerous ? styles.dangerous : ''}`}
      disabled={isDisabled}
      onSelect={onSelect}
    >
      {icon}
      {children}
    </DropdownMenu.Item>
  );
}

export function MenuCheckItem({
  isChecked,
  onChange,
  children,
}: {
  isChecked: boolean;
  onChange: (is: boolean) => void;
  children: ReactNode;
}) {
  return (
    <DropdownMenu.CheckboxItem
      className={styles.item}
      checked={isChecked}
      onCheckedChange={onChange}
      // Several are chosen in a row.
      onSelect={(event) => event.preventDefault()}
    >
      <span aria-hidden="true" className="numbers">
        {isChecked ? '✓' : '\u2007'}
      </span>
      {children}
    </DropdownMenu.CheckboxItem>
  );
}

export function MenuLabel({ children }: { children: ReactNode }) {
  return <DropdownMenu.Label className={styles.label}>{children}</DropdownMenu.Label>;
}

export function MenuSeparator() {
  return <DropdownMenu.Separator className={styles.separator} />;
}

export function Popover({
  trigger,
  align = 'start',
  isOpen,
  onOpenChange,
  label,
  children,
}: {
  trigger: ReactNode;
  align?: 'start' | 'end';
  isOpen?: boolean;
  onOpenChange?: (isOpen: boolean) => void;
  label: string;
  children: ReactNode;
}) {
  const open = isOpen === undefined ? {} : { open: isOpen };
  return (
    <RadixPopover.Root {...open} {...(onOpenChange === undefined ? {} : { onOpenChange })}>
      <RadixPopover.Trigger asChild>{trigger}</RadixPopover.Trigger>
      <RadixPopover.Portal>
        <RadixPopover.Content
          className={styles.popover}
          align={align}
          sideOffset={4}
          collisionPadding={8}
          aria-label={label}
        >
          {children}
        </RadixPopover.Content>
      </RadixPopover.Portal>
    </RadixPopover.Root>
  );
}

export function Dialog({
  title,
  text,
  isOpen,
  onClose,
  children,
}: {
  title: string;
  text?: ReactNode;
  isOpen: boolean;
  onClose: () => void;
  children: ReactNode;
}) {
  return (
    <RadixDialog.Root open={isOpen} onOpenChange={(next) => (next ? undefined : onClose())}>
      <RadixDialog.Portal>
        <RadixDialog.Overlay className={styles.veil} />
        <RadixDialog.Content
          className={styles.dialog}
          {...(text === undefined ? { 'aria-describedby': undefined } : {})}
        >
          <RadixDialog.Title>{title}</RadixDialog.Title>
          {text !== undefined && (
            <RadixDialog.Description className={styles.dialogText}>{text}</RadixDialog.Description>
          )}
          {children}
        </RadixDialog.Content>
      </RadixDialog.Portal>
    </RadixDialog.Root>
  );
}

/** The row of buttons at the end of a dialog. */
export function DialogButtons({ children }: { children: ReactNode }) {
  return <div className={styles.buttons}>{children}</div>;
}

/** Asks before something that cannot be undone. */
export function ConfirmDialog({
  title,
  text,
  action,
  isOpen,
  isBusy,
  onConfirm,
  onClose,
}: {
  title: string;
  text: ReactNode;
  action: string;
  isOpen: boolean;
  isBusy?: boolean;
  onConfirm: () => void;
  onClose: () => void;
}) {
  return (
    <Dialog title={title} text={text} isOpen={isOpen} onClose={onClose}>
      <DialogButtons>
        <Button onClick={onClose}>Cancel</Button>
        <Button look="danger" isBusy={isBusy === true} onClick={onConfirm}>
          {action}
        </Button>
      </DialogButtons>
    </Dialog>
  );
}
