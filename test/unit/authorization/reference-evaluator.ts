/**
 * A second evaluator, to compare the worker's with: written from chapters 04 and 05 alone, and in another way. It compiles
 * nothing, walks the documents as they are for each request, and gives each element one of three verdicts; patterns are
 * regular expressions. It knows form as little as it must: what it is given is well-formed.
 */

export interface ReferenceDocument {
  readonly Version?: string
  readonly Statement: readonly Readonly<Record<string, unknown>>[]
}

export interface ReferenceRequest {
  /** Of the caller. */
  readonly arn: string
  readonly action: string
  /** ARN of a key, or `*`. */
  readonly resource: string
  readonly keyAccount: string
  /** Undefined where no key is concerned. */
  readonly keyPolicy: ReferenceDocument | undefined
  readonly identityPolicies: readonly ReferenceDocument[]
  /** Values of condition keys, whose names are in lower case; none of a key is as good as no key. */
  readonly context: Readonly<Record<string, readonly string[]>>
  /** Beginnings of condition keys that key policies do not see. */
  readonly forIdentityPolicies: readonly string[]
}

type Verdict = 'yes' | 'no' | 'cannot be told'
type Context = ReferenceRequest['context']

/** Condition keys of AWS KMS that the reference is asked about (section 5), and what families of them begin with. */
const OURS =
  'calleraccount keyspec keyusage keyorigin multiregion encryptionalgorithm encryptioncontextkeys requestalias resourcealiases'
    .split(' ')
    .map((name) => `kms:${name}`)
const MANY = ['kms:encryptioncontextkeys', 'kms:resourcealiases', 'kms:grantoperations', 'aws:tagkeys', 'aws:calledvia']

const fold = (name: string) =>
  [...name].map((letter) => (letter >= 'A' && letter <= 'Z' ? letter.toLowerCase() : letter)).join('')
const listOf = (value: unknown): string[] => [value].flat().map((entry) => `${entry}`)
const opposite = (verdict: Verdict): Verdict => (verdict === 'yes' ? 'no' : verdict === 'no' ? 'yes' : verdict)
const verdictOf = (is: boolean): Verdict => (is ? 'yes' : 'no')
/** One doubt makes all of it doubtful. */
const any = (verdicts: readonly Verdict[]): Verdict =>
  verdicts.includes('cannot be told') ? 'cannot be told' : verdictOf(verdicts.includes('yes'))

/** The decision by AUTHZ-10, without grants and limiting policies. */
export function referenceDecision(request: ReferenceRequest): 'allowed' | 'explicitDeny' | 'implicitDeny' {
  const { arn, keyPolicy, identityPolicies, context, forIdentityPolicies, keyAccount } = request
  const account = arn.split(':')[4] as string
  const isRoot = arn.endsWith(':root')
  const seenByKeyPolicy = Object.fromEntries(
    Object.entries(context).filter(([name]) => !forIdentityPolicies.some((beginning) => name.startsWith(beginning))),
  )
  const said = (document: ReferenceDocument, seen: Context, isMeant: (statement: Record<string, unknown>) => boolean) =>
    document.Statement.filter((statement) => isMeant(statement) && applies(statement, document, request, seen)).map(
      ({ Effect }) => Effect,
    )
  const inKeyPolicy = (how: 'itself' | 'account') =>
    keyPolicy ? said(keyPolicy, seenByKeyPolicy, ({ Principal }) => namedBy(Principal, arn) === how) : []
  const byItself = inKeyPolicy('itself')
  const byAccount = inKeyPolicy('account')
  const byIdentity = identityPolicies.flatMap((document) => said(document, context, () => true))
  if ([...byItself, ...byAccount, ...byIdentity].includes('Deny')) return 'explicitDeny'
  const iam = isRoot || byIdentity.includes('Allow')
  const direct = byItself.includes('Allow') || (isRoot && byAccount.includes('Allow'))
  const delegated = byAccount.includes('Allow')
  if (!keyPolicy) return iam && account === keyAccount ? 'allowed' : 'implicitDeny'
  const ok = account === keyAccount ? direct || (delegated && iam) : (direct || delegated) && iam
  return ok ? 'allowed' : 'implicitDeny'
}

/** How a Principal names a caller (AUTHZ-6). */
function namedBy(element: unknown, arn: string): 'itself' | 'account' | undefined {
  const names = element === '*' ? ['*'] : listOf((element as { readonly AWS: unknown }).AWS)
  const [account, resource] = arn.split(':').slice(4) as [string, string]
  const [kind, roleName] = resource.split('/')
  const isMe = (name: string) => {
    if (name === '*' || name === arn) return true
    const [, , service, , of, what = ''] = name.split(':')
    // A session is its role's, whatever path that has.
    const isMyRole = kind === 'assumed-role' && service === 'iam' && what.startsWith('role/')
    return isMyRole && of === account && what.split('/').at(-1) === roleName
  }
  if (names.some(isMe)) return 'itself'
  return names.some((name) => name === account || name === `arn:aws:iam::${account}:root`) ? 'account' : undefined
}

function applies(
  statement: Readonly<Record<string, unknown>>,
  { Version = '2008-10-17' }: ReferenceDocument,
  { action, resource, arn }: ReferenceRequest,
  context: Context,
): boolean {
  const { Effect, Action, NotAction, Resource, NotResource, Condition = {} } = statement
  // A statement without these has no effect (POL-9).
  if ((Action ?? NotAction) === undefined || (Resource ?? NotResource) === undefined) return false
  const isNew = Version === '2012-10-17'
  const acts = any(listOf(Action ?? NotAction).map((pattern) => isAction(pattern, action, Effect === 'Deny')))
  const concerns = any(listOf(Resource ?? NotResource).map((pattern) => isResource(pattern, resource, isNew, context)))
  const verdicts = [
    NotAction === undefined ? acts : opposite(acts),
    NotResource === undefined ? concerns : opposite(concerns),
  ]
  for (const [operator, keys] of Object.entries(Condition as Record<string, Record<string, unknown>>))
    for (const [key, wanted] of Object.entries(keys))
      verdicts.push(condition(operator, fold(key), listOf(wanted), { isNew, context, arn, isDeny: Effect === 'Deny' }))
  if (verdicts.includes('no')) return false
  return !verdicts.includes('cannot be told') || Effect === 'Deny'
}

function isAction(pattern: string, action: string, isDeny: boolean): Verdict {
  const matches = (text: string) => expression([fold(pattern)]).test(fold(text))
  return verdictOf(matches(action) || (isDeny && !pattern.includes(':') && matches(action.slice(4))))
}

/** A pattern piece by piece: what stands at odd places is literal. */
function expression(pieces: readonly string[]): RegExp {
  const escaped = (text: string) => text.replace(/[\\^$.|+()[\]{}*?/]/g, '\\$&')
  const source = pieces.map((piece, index) =>
    index % 2 === 1 ? escaped(piece) : escaped(piece).replaceAll('\\*', '[^]*').replaceAll('\\?', '[^]'),
  )
  return new RegExp(`^${source.join('')}$`, 'u')
}

/** A value's pieces, its variables filled in at the odd places; undefined if that cannot be done. */
function filled(value: string, context: Context): string[] | undefined {
  const pieces = value.split(/\$\{([^}]*)\}/)
  if (pieces.some((piece, index) => index % 2 === 0 && piece.includes('${'))) return undefined
  const result: string[] = []
  for (const [index, piece] of pieces.entries()) {
    if (index % 2 === 0 || ['*', '?', '$'].includes(piece)) {
      result.push(piece)
      continue
    }
    const [name = '', ...rest] = piece.split(',')
    const key = fold(name.trim())
    const found = context[key] ?? []
    const text = found.length === 0 || found.join() === '' ? rest.join(',').trim().slice(1, -1) : found[0]
    if (MANY.includes(key) || found.length > 1 || !text) return undefined
    result.push(text)
  }
  return result
}

/** An ARN against a pattern of one, part by part. */
function isArn(pattern: string, arn: string, isNew: boolean, context: Context): Verdict {
  const places = pattern.split(':')
  // Colons inside of variables are none of the ARN's.
  const parts = isNew ? splitOutsideVariables(pattern) : places
  const front = parts.slice(0, 5)
  if (parts.length < 6 || (isNew && front.some((part) => part.includes('${')))) return 'cannot be told'
  const tail = parts.slice(5).join(':')
  const pieces = isNew ? filled(tail, context) : [tail]
  if (!pieces) return 'cannot be told'
  const asked = arn.split(':')
  if (asked.length < 6) return 'no'
  const fits = front.every((part, index) => expression([part]).test(asked[index] as string))
  return verdictOf(fits && expression(pieces).test(asked.slice(5).join(':')))
}

function splitOutsideVariables(pattern: string): string[] {
  const hidden = pattern.replace(/\$\{[^}]*\}/g, (variable) => variable.replaceAll(':', '\u0000'))
  return hidden.split(':').map((part) => part.replaceAll('\u0000', ':'))
}

function isResource(pattern: string, resource: string, isNew: boolean, context: Context): Verdict {
  return pattern === '*' ? 'yes' : isArn(pattern, resource, isNew, context)
}

interface Situation {
  readonly isNew: boolean
  readonly context: Context
  readonly arn: string
  readonly isDeny: boolean
}

function condition(name: string, key: string, wanted: readonly string[], situation: Situation): Verdict {
  const { context, isDeny } = situation
  const found = context[key] ?? []
  const isOurs = OURS.includes(key) || (key.startsWith('kms:encryptioncontext:') && key.length > 22)
  if ((key.startsWith('kms:') && !isOurs) || /^[^:]*[^\w.:-]/.test(key) || wanted.length === 0) return 'cannot be told'
  if (name === 'Null') {
    if (wanted.some((text) => !['true', 'false'].includes(fold(text)))) return 'cannot be told'
    return verdictOf(wanted.map(fold).includes(`${found.length === 0}`))
  }
  const [set, plain] = name.includes(':') ? (name.split(':') as [string, string]) : ['', name]
  const mayLack = plain.endsWith('IfExists')
  const operator = plain.replace(/IfExists$/, '')
  const isNegated = operator.includes('Not')
  const base = operator.replace('Not', '')
  const one = (value: string) => {
    const verdict = any(wanted.map((text) => fitsOne(base, text, value, key, situation)))
    return isNegated ? opposite(verdict) : verdict
  }
  // Whether its values mean anything does not depend on the request's.
  if (one(found[0] ?? '') === 'cannot be told') return 'cannot be told'
  if (found.length === 0) {
    if (set !== '') return verdictOf(set === 'ForAllValues')
    return verdictOf(mayLack || isNegated)
  }
  const verdicts = found.map(one)
  if (set === 'ForAnyValue' || (set === '' && isDeny)) return verdictOf(verdicts.includes('yes'))
  if (set === '' && MANY.includes(key)) return 'no'
  return verdictOf(!verdicts.includes('no'))
}

function fitsOne(base: string, text: string, value: string, key: string, { isNew, context, arn }: Situation): Verdict {
  // The role of a session by its path, which the session does not tell.
  const pathless =
    key === 'aws:principalarn' && arn.includes(':assumed-role/') && /:role\/[^*?$]*\//.test(text)
      ? text.replace(/:role\/.*\//, ':role/')
      : text
  if (pathless !== text && pathless === value) return 'yes'
  if (base.startsWith('String')) {
    const pieces = isNew ? filled(text, context) : [text]
    if (!pieces) return 'cannot be told'
    if (base === 'StringLike') return verdictOf(expression(pieces).test(value))
    if (base === 'StringEqualsIgnoreCase') return verdictOf(pieces.join('').toLowerCase() === value.toLowerCase())
    return verdictOf(pieces.join('') === value)
  }
  if (base.startsWith('Arn')) return isArn(text, value, isNew, context)
  if (base === 'Bool')
    return ['true', 'false'].includes(fold(text)) ? verdictOf(fold(text) === fold(value)) : 'cannot be told'
  if (base === 'BinaryEquals') {
    const isBase64 = text.length % 4 === 0 && Buffer.from(text, 'base64').toString('base64') === text
    return isBase64 ? verdictOf(text === value) : 'cannot be told'
  }
  if (base === 'IpAddress') {
    const network = networkOf(text)
    const address = networkOf(value)
    if (!network) return 'cannot be told'
    return verdictOf(address?.[1] === 32 && address[0].startsWith(network[0].slice(0, network[1])))
  }
  const read = base.startsWith('Date') ? timeOf : decimalOf
  const [limit, asked] = [read(text), read(value)]
  if (limit === undefined) return 'cannot be told'
  if (asked === undefined) return 'no'
  const order = base.replace(/^(?:Date|Numeric)/, '')
  if (order === 'Equals') return verdictOf(asked === limit)
  if (asked === limit) return verdictOf(order.endsWith('Equals'))
  return verdictOf(order.startsWith('Less') ? asked < limit : asked > limit)
}

/** The bits of an IPv4 address as text, and how many of them count. */
function networkOf(text: string): [bits: string, length: number] | undefined {
  const [address = '', length = '32'] = text.split('/')
  const numbers = address.split('.').map((part) => (/^\d{1,3}$/.test(part) ? Number(part) : 256))
  if (numbers.length !== 4 || numbers.some((number) => number > 255) || !/^\d+$/.test(length)) return undefined
  return [numbers.map((number) => number.toString(2).padStart(8, '0')).join(''), Number(length)]
}

function decimalOf(text: string): number | undefined {
  return /^[-+]?\d+(\.\d+)?$/.test(text) ? Number.parseFloat(text) : undefined
}

function timeOf(text: string): number | undefined {
  const seconds = decimalOf(text)
  if (seconds !== undefined) return seconds * 1000
  if (!/^\d{4}-\d\d(-\d\d(T[\d:.]+(Z|[+-]\d\d:\d\d)?)?)?$/.test(text)) return undefined
  const whole = /T.*(Z|[+-]\d\d:\d\d)$/.test(text) ? text : text.includes('T') ? `${text}Z` : `${text}`
  const time = new Date(whole).getTime()
  return Number.isNaN(time) ? undefined : time
}
