import SpaceBetween from '@cloudscape-design/components/space-between'
import ErrorText from '../../notices/error-text.js'
import type { KeyRecord } from '../../vault/key-facts.js'
import { encryptsFiles, isImported } from '../key-kinds.js'
import { useAnswer } from '../use-answer.js'
import ImportedMaterial from './imported-material.js'
import { historyOf } from './key-material.js'
import KeyRotation from './key-rotation.js'
import MaterialsTable from './materials-table.js'

/** The material of a key: where it comes from, and for symmetric keys its rotation (ROT-39, IMP-21). */
export default function MaterialTab({ record }: { readonly record: KeyRecord }) {
  return (
    <SpaceBetween size="l">
      {isImported(record) && <ImportedMaterial record={record} />}
      {encryptsFiles(record) && <Rotations record={record} />}
    </SpaceBetween>
  )
}

function Rotations({ record }: { readonly record: KeyRecord }) {
  const { answer: history, problem } = useAnswer(historyOf, record)
  if (problem) return <ErrorText {...problem} />
  return (
    <SpaceBetween size="l">
      {history && <KeyRotation record={record} history={history} />}
      <MaterialsTable record={record} materials={history?.materials} />
    </SpaceBetween>
  )
}
