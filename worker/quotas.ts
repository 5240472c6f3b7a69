/** How many there may be, with AWS's defaults (QUOTA-5 to QUOTA-8). Exceeding one is a LimitExceededException. */
export interface Quotas {
  /** KMS keys in a Region, in any state. */
  readonly keys: number
  readonly aliasesPerKey: number
  /** UTF-8 bytes. */
  readonly keyPolicyBytes: number
  readonly tagsPerKey: number
}

export const defaultQuotas: Quotas = {
  keys: 100_000,
  aliasesPerKey: 50,
  keyPolicyBytes: 32_768,
  tagsPerKey: 50,
}
