/** What is loaded when it is first needed can be gone by then: the server has another version, or cannot be reached. */
import { KMSInternalException } from './exceptions.js'

/** How Chromium, Firefox and WebKit say that a module could not be loaded; the first two name it. */
const NOT_LOADED = /(?:dynamically imported module(?:: (\S+))?|Importing a module script failed)/

/** The error to give in place of one of the browser about a part that could not be loaded; undefined for all others. */
export function missingPart(thrown: unknown): KMSInternalException | undefined {
  const match = thrown instanceof TypeError ? NOT_LOADED.exec(thrown.message) : null
  if (!match) return undefined
  const file = match[1]?.split(/[?#]/)[0]
  const part = file ? `'${file.slice(file.lastIndexOf('/') + 1)}'` : 'that is loaded when it is needed'
  return new KMSInternalException(
    `A part of browser-kms ${part} could not be loaded: the server has none any more, as after a new version was deployed, or cannot be reached. Load the page again.`,
  )
}
