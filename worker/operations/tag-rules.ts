import { LimitExceededException, TagException } from '../../src/contract/errors.js'
import type { Value } from '../../src/contract/shapes.js'
import type { Quotas } from '../pipeline/quotas.js'

type Tag = Value<'Tag'>

const MAX_IN_REQUEST = 50

/**
 * Rules for the tags of one request (MGT-82).
 *
 * @throws {@link TagException} for too many, repeated or reserved tag keys
 */
export function checkTags(tags: readonly Tag[]): void {
  const keys = tags.map(({ TagKey }) => TagKey as string)
  if (keys.length > MAX_IN_REQUEST) throw new TagException('Too many tags')
  if (new Set(keys).size < keys.length) throw new TagException('Duplicate tag keys')
  if (keys.some((key) => key.toLowerCase().startsWith('aws:')))
    throw new TagException('Tags beginning with aws: are reserved')
}

/** Tags as they are stored. */
export function tagsOf(tags: readonly Tag[]): Record<string, string> {
  return Object.fromEntries(tags.map(({ TagKey, TagValue }) => [TagKey as string, TagValue as string]))
}

/**
 * A key's tags together with new ones, which replace those of the same key.
 *
 * @throws {@link LimitExceededException} if there would be too many; nothing is applied then
 */
export function mergeTags(
  present: Readonly<Record<string, string>>,
  added: readonly Tag[],
  quotas: Quotas,
): Record<string, string> {
  const merged = Object.fromEntries([...Object.entries(present), ...Object.entries(tagsOf(added))])
  const count = Object.keys(merged).length
  if (count > quotas.tagsPerKey)
    throw new LimitExceededException(`The key would have ${count} tags; it can have ${quotas.tagsPerKey}.`)
  return merged
}
