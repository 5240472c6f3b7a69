import type { Vault } from 'browser-kms'
import { useEffect, useState } from 'react'
import { type Explanation, explainError } from '../notices/explain-error.js'
import { useVault } from '../vault/vault-context.js'

/** What the vault has answered so far: nothing, an answer or an error. */
export interface Asked<Answer> {
  readonly answer?: Answer
  readonly problem?: Explanation
}

/**
 * Asks the vault about a key when a component shows it, and again when the subject is another: a key id asks once, a
 * `KeyRecord` again after every change of the vault's keys. Until then the last answer stands.
 *
 * @param ask must be the same function each time, or it asks again
 */
export function useAnswer<Subject, Answer>(
  ask: (vault: Vault, subject: Subject) => Promise<Answer>,
  subject: Subject,
): Asked<Answer> {
  const { vault } = useVault()
  const [asked, setAsked] = useState<Asked<Answer>>({})
  useEffect(() => {
    let current = true
    ask(vault, subject).then(
      (answer) => current && setAsked({ answer }),
      (error: unknown) => current && setAsked({ problem: explainError(error) }),
    )
    return () => {
      current = false
    }
  }, [ask, vault, subject])
  return asked
}
