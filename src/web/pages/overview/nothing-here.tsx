/** The range is empty, though the project is not: perhaps the traces are older. */

import { RANGES, type RangeName, useSetTimeRange, useTimeRange } from '../../api/time-range.ts';
import { Button } from '../../ui/button.tsx';
import { Card, Empty } from '../../ui/page.tsx';

const LONGER: readonly RangeName[] = ['7d', '90d'];

export function NothingHere() {
  const { name } = useTimeRange();
  const setRange = useSetTimeRange();
  const offered = LONGER.filter((one) => name === undefined || RANGES[one].ms > RANGES[name].ms);
  return (
    <Card>
      <Empty
        title="Nothing happened in this time"
        text="Traces may have started at another one."
        action={offered.map((one) => (
          <Button key={one} onClick={() => setRange({ range: one })}>
            {RANGES[one].label}
          </Button>
        ))}
      />
    </Card>
  );
}
