import type { KmsClient, Vault } from 'browser-kms'
import { type KeyMetadata, metadataOf } from '../vault/key-facts.js'

/** The parts of a key's ARN that the page needs. */
export function partsOf(arn: string): { readonly region: string; readonly keyId: string } {
  const [, , , region = '', , resource = ''] = arn.split(':')
  return { region, keyId: resource.replace(/^key\//, '') }
}

/** The client for requests about a key of any Region. */
export function kmsForArn(vault: Vault, arn: string): KmsClient {
  return vault.region(partsOf(arn).region)
}

/** What the vault tells of a key of any Region; undefined for one that is gone. */
export function describedArn(vault: Vault, arn: string): Promise<KeyMetadata | undefined> {
  return metadataOf(kmsForArn(vault, arn), partsOf(arn).keyId)
}
