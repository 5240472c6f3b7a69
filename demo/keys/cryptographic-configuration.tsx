import Container from '@cloudscape-design/components/container'
import Header from '@cloudscape-design/components/header'
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs'
import type { KeyRecord } from '../vault/key-facts.js'
import { encryptsFiles, keyTypeOf, usageWords } from './key-kinds.js'

type Metadata = KeyRecord['metadata']

const origins: Readonly<Record<Metadata['Origin'], string>> = {
  AWS_KMS: 'AWS KMS',
  EXTERNAL: 'External (Import key material)',
  AWS_CLOUDHSM: 'AWS CloudHSM',
  EXTERNAL_KEY_STORE: 'External key store',
}

/** What kind of key it is, in the words of the AWS console. */
export default function CryptographicConfiguration({ record }: { readonly record: KeyRecord }) {
  const { metadata } = record
  return (
    <Container header={<Header variant="h3">Cryptographic configuration</Header>}>
      <KeyValuePairs
        columns={3}
        items={[
          { label: 'Key type', value: keyTypeOf(record) },
          { label: 'Origin', value: origins[metadata.Origin] },
          { label: 'Key spec', value: metadata.KeySpec },
          { label: 'Key usage', value: usageWords[metadata.KeyUsage] },
          // A symmetric key has one algorithm, which its key spec names already (MGT-105).
          ...(encryptsFiles(record) ? [] : algorithmsOf(metadata)),
        ]}
      />
    </Container>
  )
}

/** The lists of algorithms a key has: one, which depends on its usage. */
function algorithmsOf(metadata: Metadata) {
  const lists = [
    ['Encryption algorithms', metadata.EncryptionAlgorithms],
    ['Signing algorithms', metadata.SigningAlgorithms],
    ['MAC algorithms', metadata.MacAlgorithms],
    ['Key agreement algorithms', metadata.KeyAgreementAlgorithms],
    ['Key encapsulation algorithms', metadata.EncapsulationAlgorithms],
  ] as const
  return lists.flatMap(([label, algorithms]) =>
    algorithms ? [{ label, value: algorithms.map((name) => <div key={name}>{name}</div>) }] : [],
  )
}
