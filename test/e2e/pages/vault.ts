/** Gives the tests, which run in the page, the package as `browserKms` and `browserKmsEnvelope`, and what they need beside it as `workbench`. */
import * as exports from 'browser-kms'
import * as envelope from 'browser-kms/envelope'
import * as tools from './workbench.js'

declare global {
  var browserKms: typeof import('browser-kms')
  var browserKmsEnvelope: typeof import('browser-kms/envelope')
  var workbench: typeof import('./workbench.js')
}
globalThis.browserKms = exports
globalThis.browserKmsEnvelope = envelope
globalThis.workbench = tools
