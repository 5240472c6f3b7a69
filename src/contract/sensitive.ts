import type { Shape } from './api-model.js'
import { shapes } from './model.js'

const table: Readonly<Record<string, Shape>> = shapes
const found = new Map<string, readonly string[]>()

/** Members of a request or response that hold secrets, by the API model: plaintexts, private keys, shared secrets. */
export function sensitiveMembers(structure: string): readonly string[] {
  let members = found.get(structure)
  if (!members) {
    const shape = table[structure]
    members =
      shape?.type === 'structure'
        ? Object.entries(shape.members)
            .filter(([, member]) => isSensitive(table[member]))
            .map(([name]) => name)
        : []
    found.set(structure, members)
  }
  return members
}

function isSensitive(shape: Shape | undefined): boolean {
  return shape !== undefined && 'sensitive' in shape && shape.sensitive === true
}
