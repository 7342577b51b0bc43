/** The registry cannot be used at the moment: the disk is full or broken, or another writer does not let go. */

/** Nothing was changed; the same may be tried again. */
export class RegistryUnavailable extends Error {
  constructor(cause: unknown) {
    super(`the registry cannot be used: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    this.name = 'RegistryUnavailable';
  }
}
