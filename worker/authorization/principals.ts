/** Who principals are, and the texts that name them (POL-15). */

/** Whom a policy can mean. */
export interface Principal {
  /** ARNs by which a policy or a grant can name it: its own, and its role's. */
  readonly names: readonly string[]
  /** Twelve digits. */
  readonly accountId: string
  readonly isAccountRoot: boolean
}

const ACCOUNT = /^(?:arn:aws:iam::)?(\d{12})(?::root)?$/
const IDENTITY =
  /^arn:aws:(?:iam::\d{12}:(?:user|role)\/[\w+=,.@/-]+|sts::\d{12}:(?:assumed-role\/[\w+=,.@-]+\/[\w+=,.@-]+|federated-user\/[\w+=,.@-]+))$/

/** The account that a text names as a principal: its root ARN, or its twelve digits. */
export function accountOf(principal: string): string | undefined {
  const match = ACCOUNT.exec(principal)
  // Either the digits alone or the whole ARN.
  if (!match || principal.startsWith('arn:') !== principal.endsWith(':root')) return undefined
  return match[1]
}

/** Whether a text names a user, a role or a session. */
export function isIdentity(principal: string): boolean {
  return IDENTITY.test(principal)
}
