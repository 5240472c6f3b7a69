import type { KmsClient } from 'browser-kms'
import type { AliasName } from './alias-name.js'

/**
 * Looks whether an alias is free before a key is made for it. Between this and the making of the alias another tab can
 * take it: then `NameKey` goes on.
 */
export async function isAliasFree(kms: KmsClient, aliasName: AliasName): Promise<boolean> {
  try {
    await kms.describeKey({ KeyId: aliasName })
    return false
  } catch (error) {
    if (error instanceof Error && error.name === 'NotFoundException') return true
    throw error
  }
}
