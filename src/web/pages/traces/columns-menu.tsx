/** Which columns are shown, and in which order. */

import { ArrowDown, ArrowUp, Columns3 } from 'lucide-react';
import { Button, IconButton } from '../../ui/button.tsx';
import { Checkbox, Segments } from '../../ui/field.tsx';
import { Popover } from '../../ui/menu.tsx';
import { LOOKS } from './cells.tsx';
import { COLUMNS, type ColumnState, isUsual, movedColumn, USUAL_COLUMNS, withColumn } from './column-state.ts';
import styles from './traces.module.css';

export function ColumnsMenu({
  state,
  onChange,
  isRelative,
  onRelative,
}: {
  state: ColumnState;
  onChange: (state: ColumnState) => void;
  isRelative: boolean;
  onRelative: (is: boolean) => void;
}) {
  const hidden = COLUMNS.filter((id) => !state.shown.includes(id));
  return (
    <Popover
      align="end"
      label="Columns"
      trigger={
        <Button isSmall icon={<Columns3 aria-hidden="true" />} aria-label="Columns">
          <span className={styles.wideOnly}>Columns</span>
        </Button>
      }
    >
      <div className={styles.columns}>
        <Segments
          label="Times"
          value={isRelative ? 'relative' : 'absolute'}
          options={[
            ['absolute', 'Date and time'],
            ['relative', 'Time ago'],
          ]}
          onChange={(mode) => onRelative(mode === 'relative')}
        />
        <ul>
          {state.shown.map((id, place) => (
            <li key={id} className={styles.columnRow}>
              {id === 'name' ? (
                <span className={styles.fixedColumn}>{LOOKS.name.label}</span>
              ) : (
                <Checkbox label={LOOKS[id].label} isChecked onChange={() => onChange(withColumn(state, id, false))} />
              )}
              <span className={styles.moves}>
                <IconButton
                  isSmall
                  label={`Move ${LOOKS[id].label} to the start`}
                  disabled={place === 0}
                  icon={<ArrowUp aria-hidden="true" />}
                  onClick={() => onChange(movedColumn(state, id, -1))}
                />
                <IconButton
                  isSmall
                  label={`Move ${LOOKS[id].label} to the end`}
                  disabled={place === state.shown.length - 1}
                  icon={<ArrowDown aria-hidden="true" />}
                  onClick={() => onChange(movedColumn(state, id, 1))}
                />
              </span>
            </li>
          ))}
          {hidden.map((id) => (
            <li key={id} className={styles.columnRow}>
              <Checkbox
                label={LOOKS[id].label}
                isChecked={false}
                onChange={() => onChange(withColumn(state, id, true))}
              />
            </li>
          ))}
        </ul>
        <Button isSmall disabled={isUsual(state)} onClick={() => onChange(USUAL_COLUMNS)}>
          The usual columns
        </Button>
      </div>
    </Popover>
  );
}
