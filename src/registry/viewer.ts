/** Who looks at records that may belong to nobody. */

import type { ProjectId } from '../canonical/ids.ts';

export interface Viewer {
  readonly projectId: ProjectId;
  /** The instance scope: what belongs to no project is shown as well. */
  readonly seesNobodys: boolean;
}
