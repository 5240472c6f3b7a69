/** Gives the tests, which run in the page, the package as `browserKms` and what they need beside it as `workbench`. */
import * as exports from 'browser-kms'
import * as tools from './workbench.js'

declare global {
  var browserKms: typeof import('browser-kms')
  var workbench: typeof import('./workbench.js')
}
globalThis.browserKms = exports
globalThis.workbench = tools
