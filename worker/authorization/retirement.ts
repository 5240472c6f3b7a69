/** Who may retire a grant (GRANT-30, AUTHZ-17): the grant says so, and policies only help. */
import type { VaultReader } from '../storage/reader.js'
import type { GrantRecord, KeyRecord } from '../storage/schema.js'
import type { Claim, Right } from './claim.js'
import { decide, refusal } from './decide.js'
import { isNamed } from './principals.js'

/**
 * Refuses whoever may not retire a grant.
 *
 * @param grant undefined if there is none by the id: whoever may retire none of the key's grants does not learn that
 * @throws AccessDeniedException
 */
export async function authorizeRetirement(
  claim: Claim,
  { key, arn }: { readonly key: KeyRecord; readonly arn: string },
  grant: GrantRecord | undefined,
  reader: VaultReader,
): Promise<undefined> {
  const { caller, realm } = claim
  const right: Right = { action: 'kms:RetireGrant', resource: arn, key }
  const decision = await decide(claim, right, reader)
  const isAllowedByIdentity = decision.matched.some(
    ({ source, effect }) => source === 'identityPolicy' && effect === 'Allow',
  )
  const account = `arn:aws:iam::${caller.accountId}:root`
  // Named as itself, or as its account, which its identity policies have to pass on.
  const isMeant = (principal: string | undefined) =>
    principal !== undefined &&
    (isNamed(caller, principal) || (principal === account && (caller.isAccountRoot || isAllowedByIdentity)))
  const isOfOwner = caller.accountId === realm.accountId || grant?.issuingAccount === account
  const mayRetire =
    isMeant(grant?.retiring) ||
    (isMeant(grant?.grantee) && grant?.operations.includes('RetireGrant')) ||
    (isOfOwner && (caller.isAccountRoot || isAllowedByIdentity))
  if (decision.decision === 'explicitDeny' || !mayRetire)
    throw refusal(
      claim,
      right,
      decision.decision === 'explicitDeny' ? decision : { ...decision, decision: 'implicitDeny' },
    )
  return undefined
}
