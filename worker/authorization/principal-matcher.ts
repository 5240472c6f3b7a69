/** Whom the `Principal` of a key policy means (POL-15, AUTHZ-6). */
import { MalformedPolicyDocumentException } from '../../src/contract/errors.js'
import { shown } from '../../src/contract/reader.js'
import { isObject, malformed } from './malformed.js'
import type { PrincipalMatcher } from './policy.js'
import { accountOf, isIdentity, isService, withoutPath } from './principals.js'

/**
 * Compiles the `Principal` element of a key policy.
 *
 * @throws {@link MalformedPolicyDocumentException}
 */
export function compilePrincipals(element: unknown, place: string): PrincipalMatcher {
  if (element === '*') return () => 'direct'
  if (!isObject(element) || Object.keys(element).length === 0) throw malformed(place, 'must be "*" or an object')
  const accounts = new Set<string>()
  const identities = new Set<string>()
  const rolesOfSessions = new Set<string>()
  let isAnyone = false
  for (const [kind, names] of Object.entries(element)) {
    if (kind !== 'AWS' && kind !== 'Service') throw malformed(`${place}.${shown(kind)}`, 'is not a kind of principal')
    const list = Array.isArray(names) ? names : [names]
    if (list.length === 0 || !list.every((name) => typeof name === 'string'))
      throw malformed(`${place}.${kind}`, 'must be a string or a list of strings')
    for (const name of list as string[]) {
      const account = kind === 'AWS' ? accountOf(name) : undefined
      if (kind === 'AWS' && name === '*') isAnyone = true
      else if (account !== undefined) accounts.add(account)
      else if (kind === 'AWS' && isIdentity(name)) {
        identities.add(name)
        rolesOfSessions.add(withoutPath(name) ?? name)
      } else if (kind === 'AWS' || !isService(name)) throw invalidPrincipal()
    }
  }
  return (principal) => {
    if (isAnyone || principal.names.some((name) => identities.has(name))) return 'direct'
    if (principal.sessionOf !== undefined && rolesOfSessions.has(principal.sessionOf)) return 'direct'
    if (!accounts.has(principal.accountId)) return undefined
    return principal.isAccountRoot ? 'direct' : 'account'
  }
}

function invalidPrincipal(): MalformedPolicyDocumentException {
  return new MalformedPolicyDocumentException('Policy contains a statement with one or more invalid principals.')
}
