import { KMSInvalidStateException } from '../../src/contract/errors.js'

/**
 * Milliseconds in which a database opens, far longer than it takes: while a deletion or a newer version of it waits for
 * somebody to let go of it, the browser says nothing, and lets everybody else wait too.
 */
const OPEN_TIMEOUT = 20_000

/** @throws {@link KMSInvalidStateException} if the database of a vault does not open in time */
export function unlessBlocked<Connection extends { close(): void }>(
  opening: Promise<Connection>,
  vaultName: string,
): Promise<Connection> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(
        new KMSInvalidStateException(
          `The database of the vault '${vaultName}' does not open: its deletion, or a newer version of browser-kms, waits for another tab or window that has it open. Close the other tabs and windows of this site, then open the vault again.`,
        ),
      )
      // Nobody needs it any more, should it open after all.
      opening.then((connection) => connection.close()).catch(() => {})
    }, OPEN_TIMEOUT)
    opening.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}
