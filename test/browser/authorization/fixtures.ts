/** Principals and policies for tests of authorization. */
import type { KmsClient, Vault } from 'browser-kms'
import { accountId } from '../fixtures/vault.js'

export const otherAccount = '111122223333'
export const root = (account = accountId) => `arn:aws:iam::${account}:root`
export const userArn = (name: string, account = accountId) => `arn:aws:iam::${account}:user/${name}`

export type Statement = Record<string, unknown>
export const allow = (Action: unknown, more: Statement = {}): Statement => ({
  Effect: 'Allow',
  Action,
  Resource: '*',
  ...more,
})
export const deny = (Action: unknown, more: Statement = {}): Statement => ({ ...allow(Action, more), Effect: 'Deny' })
export const policy = (...Statement: Statement[]) => ({ Version: '2012-10-17', Statement })
export const policyText = (...statements: Statement[]) => JSON.stringify(policy(...statements))
/** The statement of the default key policy. */
export const delegation = (account = accountId) => allow('kms:*', { Principal: { AWS: root(account) } })

/** A client of a user whose identity policy has these statements. */
export function connectUser(vault: Vault, name: string, ...statements: Statement[]): Promise<KmsClient> {
  const policies = statements.length > 0 ? [policy(...statements)] : []
  return vault.connect({ principal: name.startsWith('arn:') ? name : `user/${name}`, policies })
}
