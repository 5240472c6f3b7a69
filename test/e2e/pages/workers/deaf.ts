/** A worker that hears nothing of other tabs: what it learns of them, it learns from the database. */
import { serveVault } from 'browser-kms/worker'

Object.defineProperty(BroadcastChannel.prototype, 'onmessage', { set: () => {} })

serveVault()
