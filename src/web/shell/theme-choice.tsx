/** Light, dark, or as the system says. */

import { Monitor, Moon, Sun } from 'lucide-react';
import { useState } from 'react';
import { chooseTheme, chosenTheme, type Theme } from '../theme.ts';
import { Segments } from '../ui/field.tsx';
import styles from './theme-choice.module.css';

export function ThemeChoice() {
  const [theme, setTheme] = useState(chosenTheme);
  const choose = (next: Theme) => {
    chooseTheme(next);
    setTheme(next);
  };
  return (
    <div className={styles.place}>
      <Segments
        label="Appearance"
        value={theme}
        options={[
          ['system', <Choice key="system" Icon={Monitor} name="As the system" />],
          ['light', <Choice key="light" Icon={Sun} name="Light" />],
          ['dark', <Choice key="dark" Icon={Moon} name="Dark" />],
        ]}
        onChange={choose}
      />
    </div>
  );
}

function Choice({ Icon, name }: { Icon: typeof Sun; name: string }) {
  return (
    <>
      <Icon aria-hidden="true" />
      <span className="visually-hidden">{name}</span>
    </>
  );
}
