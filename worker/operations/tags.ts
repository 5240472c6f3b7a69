import { ValidationException } from '../../src/contract/errors.js'
import type { OperationRows } from '../pipeline/row.js'
import { byKeyIdOrArn, onlyKey } from '../pipeline/targets.js'
import { listPage } from './paging.js'
import { checkTags, mergeTags } from './tag-rules.js'

export const tagRows = {
  TagResource: {
    kind: 'mutation',
    audited: ['KeyId', 'Tags'],
    check: ({ Tags }) => {
      if (Tags?.length === 0) throw new ValidationException('At least one tag is needed.')
      checkTags(Tags ?? [])
    },
    targets: byKeyIdOrArn,
    execute: async ({ input, quotas }, targets, transaction) => {
      const key = onlyKey(targets)
      await transaction.putKey({ ...key, tags: mergeTags(key.tags, input.Tags ?? [], quotas) })
      return {}
    },
  },

  UntagResource: {
    kind: 'mutation',
    audited: ['KeyId', 'TagKeys'],
    check: ({ TagKeys }) => {
      if (TagKeys?.length === 0) throw new ValidationException('At least one tag key is needed.')
    },
    targets: byKeyIdOrArn,
    execute: async ({ input }, targets, transaction) => {
      const key = onlyKey(targets)
      const removed = new Set(input.TagKeys)
      const tags = Object.fromEntries(Object.entries(key.tags).filter(([tagKey]) => !removed.has(tagKey)))
      await transaction.putKey({ ...key, tags })
      return {}
    },
  },

  ListResourceTags: {
    kind: 'read',
    audited: ['KeyId', 'Limit'],
    targets: byKeyIdOrArn,
    execute: async ({ input }, targets, { store }) => {
      const key = onlyKey(targets)
      const { items, ...page } = await listPage(store, `ListResourceTags ${key.keyId}`, input, 50, (limit, after) => {
        const names = Object.keys(key.tags)
          .filter((name) => after === '' || name > after)
          .sort()
        const items = names.slice(0, limit)
        const next = names.length > limit ? items.at(-1) : undefined
        return { items, ...(next !== undefined && { next }) }
      })
      return { Tags: items.map((name) => ({ TagKey: name, TagValue: key.tags[name] })), ...page }
    },
  },
} satisfies OperationRows
