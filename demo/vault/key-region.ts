import type { KmsClient, Vault } from 'browser-kms'
import type { KeyRecord } from './key-facts.js'

/** The Region a key is in, which its ARN names. */
export function regionOf({ metadata }: Pick<KeyRecord, 'metadata'>): string {
  return metadata.Arn.split(':')[3] ?? ''
}

/** The client for requests about a key: that of its Region. */
export function kmsFor(vault: Vault, key: Pick<KeyRecord, 'metadata'>): KmsClient {
  return vault.region(regionOf(key))
}
