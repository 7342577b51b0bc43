/** Markdown or plain, for all messages of this browser. */

import { Segments } from '../ui/field.tsx';
import { useTextMode } from './text-mode.ts';

export function TextModeChoice() {
  const [mode, setMode] = useTextMode();
  return (
    <Segments
      label="How messages are shown"
      value={mode}
      options={[
        ['markdown', 'Markdown'],
        ['plain', 'Plain'],
      ]}
      onChange={setMode}
    />
  );
}
