/** What can be wrong with a file, apart from what the vault itself answers. */
export type FileCipherProblem =
  | 'NotAnEncryptedFile'
  | 'UnsupportedVersion'
  | 'DamagedHeader'
  | 'TruncatedFile'
  | 'TrailingData'
  | 'AuthenticationFailed'
  | 'SourceChanged'
  | 'NotEnoughSpace'

/** A file that cannot be encrypted or decrypted. Nothing of the output is kept when it is thrown. */
export class FileCipherError extends Error {
  override readonly name: FileCipherProblem

  constructor(problem: FileCipherProblem, message: string) {
    super(message)
    this.name = problem
  }
}
