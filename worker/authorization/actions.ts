/** The `Action` and `NotAction` of a statement (POL-12, AUTHZ-7). */
import type { MalformedPolicyDocumentException } from '../../src/contract/errors.js'
import { shown } from '../../src/contract/reader.js'
import { withoutCase } from './letter-case.js'
import { malformed } from './malformed.js'
import { matcherOf } from './patterns.js'
import type { Effect } from './policy.js'

interface ActionReading {
  readonly effect: Effect
  /** `NotAction`: all but these. */
  readonly isExcept: boolean
  /** Told what no new policy may have, and older ones can. */
  readonly refuse: (error: MalformedPolicyDocumentException) => void
}

/**
 * Compiles patterns of actions.
 *
 * @returns whether an action, in lower case, is meant
 */
export function compileActions(
  texts: readonly string[],
  place: string,
  { effect, isExcept, refuse }: ActionReading,
): (action: string) => boolean {
  const tests = texts.map((text) => {
    const matches = matcherOf(withoutCase(text))
    if (text.includes(':') || /^\*+$/.test(text)) return matches
    refuse(malformed(place, `must name actions with their service, as in kms:Encrypt; it has '${shown(text)}'`))
    // One that was stored before this was refused: a Deny is taken as it was meant.
    return effect === 'Deny' ? (action: string) => matches(action) || matches(action.replace(/^kms:/, '')) : matches
  })
  return (action) => tests.some((test) => test(action)) !== isExcept
}
