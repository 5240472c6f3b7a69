/** Which suites a client makes and takes (POL-1). */

import { type Suite, suiteName, suiteOf } from '../contract/suites.js'
import { CommitmentPolicyError } from './errors.js'

/**
 * How strictly messages have to commit to their data key. Names as in the AWS Encryption SDK.
 *
 * @see https://docs.aws.amazon.com/encryption-sdk/latest/developer-guide/concepts.html#key-commitment
 */
export const CommitmentPolicy = {
  /** Makes and takes committing messages only. The default. */
  REQUIRE_ENCRYPT_REQUIRE_DECRYPT: 'REQUIRE_ENCRYPT_REQUIRE_DECRYPT',
  /** Makes committing messages, takes all. */
  REQUIRE_ENCRYPT_ALLOW_DECRYPT: 'REQUIRE_ENCRYPT_ALLOW_DECRYPT',
  /** Makes messages that do not commit, takes all. For readers that know no others. */
  FORBID_ENCRYPT_ALLOW_DECRYPT: 'FORBID_ENCRYPT_ALLOW_DECRYPT',
} as const
export type CommitmentPolicy = keyof typeof CommitmentPolicy

/** Suite that a policy encrypts with where none is asked for. */
export function defaultSuite(policy: CommitmentPolicy): Suite {
  return suiteOf(policy === 'FORBID_ENCRYPT_ALLOW_DECRYPT' ? 0x0378 : 0x0578) as Suite
}

/** @throws {@link CommitmentPolicyError} */
export function checkEncryptsWith(policy: CommitmentPolicy, { id, commits }: Suite): void {
  if (commits === (policy === 'FORBID_ENCRYPT_ALLOW_DECRYPT'))
    throw new CommitmentPolicyError(
      `Commitment policy ${policy} does not encrypt with algorithm suite ${suiteName(id)}.`,
    )
}

/** @throws {@link CommitmentPolicyError} */
export function checkDecryptsWith(policy: CommitmentPolicy, { id, commits }: Suite): void {
  if (!commits && policy === 'REQUIRE_ENCRYPT_REQUIRE_DECRYPT')
    throw new CommitmentPolicyError(`Commitment policy ${policy} does not decrypt algorithm suite ${suiteName(id)}.`)
}
