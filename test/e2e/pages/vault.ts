/** Gives the tests, which run in the page, the package as `browserKms`, `browserKmsEnvelope` and `browserKmsRecovery`, and what they need beside it as `workbench`. */
import * as exports from 'browser-kms'
import * as envelope from 'browser-kms/envelope'
import * as recovery from 'browser-kms/recovery'
import * as tools from './workbench.js'

declare global {
  var browserKms: typeof import('browser-kms')
  var browserKmsEnvelope: typeof import('browser-kms/envelope')
  var browserKmsRecovery: typeof import('browser-kms/recovery')
  var workbench: typeof import('./workbench.js')
}
globalThis.browserKms = exports
globalThis.browserKmsEnvelope = envelope
globalThis.browserKmsRecovery = recovery
globalThis.workbench = tools
