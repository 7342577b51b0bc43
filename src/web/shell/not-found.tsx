/** For addresses that lead nowhere. */

import { Link } from '@tanstack/react-router';
import { buttonClass } from '../ui/button.tsx';
import { Empty } from '../ui/page.tsx';

export function NotFound() {
  return (
    <Empty
      title="There is no such page"
      text="The link may be old, or a letter of it lost."
      action={
        <Link to="/" className={buttonClass('primary')}>
          Go to the overview
        </Link>
      }
    />
  );
}
