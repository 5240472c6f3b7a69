import Container from '@cloudscape-design/components/container'
import Header from '@cloudscape-design/components/header'
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs'
import type { KeyRecord } from '../vault/key-directory.js'

type Metadata = KeyRecord['metadata']

const usages: Readonly<Record<Metadata['KeyUsage'], string>> = {
  ENCRYPT_DECRYPT: 'Encrypt and decrypt',
  SIGN_VERIFY: 'Sign and verify',
  GENERATE_VERIFY_MAC: 'Generate and verify MAC',
  KEY_AGREEMENT: 'Key agreement',
  ENCAPSULATE_DECAPSULATE: 'Encapsulate and decapsulate',
}

const origins: Readonly<Record<Metadata['Origin'], string>> = {
  AWS_KMS: 'AWS KMS',
  EXTERNAL: 'External (Import key material)',
  AWS_CLOUDHSM: 'AWS CloudHSM',
  EXTERNAL_KEY_STORE: 'External key store',
}

/** What kind of key it is, in the words of the AWS console. */
export default function CryptographicConfiguration({ record: { metadata } }: { readonly record: KeyRecord }) {
  const symmetric = metadata.KeySpec === 'SYMMETRIC_DEFAULT' || metadata.KeySpec.startsWith('HMAC_')
  return (
    <Container header={<Header variant="h3">Cryptographic configuration</Header>}>
      <KeyValuePairs
        columns={4}
        items={[
          { label: 'Key type', value: symmetric ? 'Symmetric' : 'Asymmetric' },
          { label: 'Origin', value: origins[metadata.Origin] },
          { label: 'Key spec', value: metadata.KeySpec },
          { label: 'Key usage', value: usages[metadata.KeyUsage] },
        ]}
      />
    </Container>
  )
}
