/** How bulk data is encrypted. */
export interface DataWorkersOptions {
  /** How many workers there are at most; default one less than the processors, 1 to 4. */
  readonly count?: number
  /**
   * Starts a worker with the file `browser-kms/data-worker.js`: for pages under Trusted Types, and for applications that
   * build their own. Default: the file that comes with the package.
   */
  readonly start?: () => Worker
}
