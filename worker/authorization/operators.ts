/** Condition operators (AUTHZ-21, AUTHZ-22): what each makes of a policy's value, and of a request's. */
import { networkOf } from './addresses.js'
import { dateOf, numberOf } from './dates.js'
import { withoutCase } from './letter-case.js'
import { arnParts, fits, type Pattern } from './patterns.js'
import type { PolicyValue, VariablePlaces } from './template.js'

/** Whether a value of a request is what the policy wants. */
export type Test = (requested: string) => boolean

export interface Operator {
  /** Holds for what none of the policy's values fits. */
  readonly negated: boolean
  readonly variables: VariablePlaces
  /** @returns undefined for a value that means nothing to the operator, such as a number that is none */
  readonly test: (wanted: PolicyValue) => Test | undefined
}

type OperatorTest = Operator['test']

const equals: OperatorTest =
  ({ text }) =>
  (requested) =>
    requested === text
const equalsIgnoringCase: OperatorTest = ({ text }) => {
  const lower = text.toLowerCase()
  return (requested) => requested.toLowerCase() === lower
}
const like: OperatorTest =
  ({ pattern }) =>
  (requested) =>
    fits(pattern, requested)

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/
const equalsBytes: OperatorTest = (wanted) => (BASE64.test(wanted.text) ? equals(wanted) : undefined)

/** @returns undefined for what is neither true nor false */
export function booleanOf(text: string): boolean | undefined {
  const lower = withoutCase(text)
  return lower === 'true' || (lower === 'false' ? false : undefined)
}
const isBoolean: OperatorTest = ({ text }) => {
  const wanted = booleanOf(text)
  return wanted === undefined ? undefined : (requested) => booleanOf(requested) === wanted
}

const isInNetwork: OperatorTest = ({ text }) => networkOf(text)

const compare =
  (read: (text: string) => number, holds: (requested: number, wanted: number) => boolean): OperatorTest =>
  ({ text }) => {
    const wanted = read(text)
    return Number.isNaN(wanted) ? undefined : (requested) => holds(read(requested), wanted)
  }

const isArn: OperatorTest = ({ pattern }) => {
  const wanted = splitParts(pattern)
  if (wanted.length < 6) return undefined
  return (requested) => {
    const parts = arnParts(requested)
    return parts !== undefined && wanted.every((part, index) => fits(part, parts[index] as string))
  }
}

/** A pattern of an ARN, part by part; the sixth may hold colons. */
function splitParts(pattern: Pattern): Pattern[] {
  const parts: Pattern[number][][] = [[]]
  for (const unit of pattern) {
    if (unit === ':' && parts.length < 6) parts.push([])
    else (parts.at(-1) as Pattern[number][]).push(unit)
  }
  return parts
}

const isEqual = (requested: number, wanted: number) => requested === wanted
const orders: Readonly<Record<string, (requested: number, wanted: number) => boolean>> = {
  Equals: isEqual,
  LessThan: (requested, wanted) => requested < wanted,
  LessThanEquals: (requested, wanted) => requested <= wanted,
  GreaterThan: (requested, wanted) => requested > wanted,
  GreaterThanEquals: (requested, wanted) => requested >= wanted,
}

const positive = (variables: VariablePlaces, test: OperatorTest): Operator => ({ negated: false, variables, test })
const negative = (variables: VariablePlaces, test: OperatorTest): Operator => ({ negated: true, variables, test })

const table: readonly [name: string, operator: Operator][] = [
  ['StringEquals', positive('everywhere', equals)],
  ['StringNotEquals', negative('everywhere', equals)],
  ['StringEqualsIgnoreCase', positive('everywhere', equalsIgnoringCase)],
  ['StringNotEqualsIgnoreCase', negative('everywhere', equalsIgnoringCase)],
  ['StringLike', positive('everywhere', like)],
  ['StringNotLike', negative('everywhere', like)],
  ['Bool', positive('nowhere', isBoolean)],
  ['BinaryEquals', positive('nowhere', equalsBytes)],
  ['IpAddress', positive('nowhere', isInNetwork)],
  ['NotIpAddress', negative('nowhere', isInNetwork)],
  ['ArnEquals', positive('behindFifthColon', isArn)],
  ['ArnLike', positive('behindFifthColon', isArn)],
  ['ArnNotEquals', negative('behindFifthColon', isArn)],
  ['ArnNotLike', negative('behindFifthColon', isArn)],
  ...Object.entries(orders).flatMap(([name, holds]): [string, Operator][] => [
    [`Numeric${name}`, positive('nowhere', compare(numberOf, holds))],
    [`Date${name}`, positive('nowhere', compare(dateOf, holds))],
  ]),
  ['NumericNotEquals', negative('nowhere', compare(numberOf, isEqual))],
  ['DateNotEquals', negative('nowhere', compare(dateOf, isEqual))],
]

/** All but `Null`, by their names without case. */
export const operators: ReadonlyMap<string, Operator> = new Map(
  table.map(([name, operator]) => [withoutCase(name), operator]),
)
