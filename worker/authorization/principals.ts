/** Who principals are, and the texts that name them (POL-15). */

/** Whom a policy can mean. */
export interface Principal {
  /** ARNs by which a policy or a grant can name it: its own, and its role's. */
  readonly names: readonly string[]
  /** Twelve digits. */
  readonly accountId: string
  readonly isAccountRoot: boolean
  /** Of a session: the ARN of its role, without the role's path, which a session does not tell. */
  readonly sessionOf?: string
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

/** Whether a text names an AWS service as a principal. None calls a browser: what names one is valid, and meets nobody. */
export function isService(principal: string): boolean {
  return /^[\w.-]+\.(?:amazonaws\.com|amazon\.com)$/.test(principal)
}

/** The ARN of a role without its path (names of roles are unique in an account); undefined for all that has none. */
export function withoutPath(arn: string): string | undefined {
  const [, front, name] = /^(arn:aws:iam::\d{12}:role\/)[\w+=,.@/-]*\/([\w+=,.@-]+)$/.exec(arn) ?? []
  return name === undefined ? undefined : `${front}${name}`
}

/** Whether an ARN names a principal. */
export function isNamed({ names, sessionOf }: Principal, arn: string): boolean {
  return names.includes(arn) || (sessionOf !== undefined && withoutPath(arn) === sessionOf)
}
