import Box from '@cloudscape-design/components/box'
import FileInput from '@cloudscape-design/components/file-input'
import FormField from '@cloudscape-design/components/form-field'
import Input from '@cloudscape-design/components/input'
import SpaceBetween from '@cloudscape-design/components/space-between'
import type { KeySpec } from 'browser-kms'
import { type ReadMaterial, rawLengthOf, readFile, readText } from './material-bytes.js'

/** Where the material is: in a file, or typed. */
export interface MaterialSource {
  readonly file?: File
  readonly text?: string
}

interface Props {
  readonly spec: KeySpec
  readonly source: MaterialSource
  readonly problem: string | undefined
  readonly onChange: (source: MaterialSource) => void
}

/** Asks for key material: a file, or for raw bytes also text. */
export default function ChooseMaterial({ spec, source, problem, onChange }: Props) {
  const length = rawLengthOf(spec)
  return (
    <SpaceBetween size="s">
      {length !== undefined && (
        <FormField
          label="Key material"
          description={`${length} secret bytes, as ${2 * length} hexadecimal digits or in base64, such as "openssl rand -hex ${length}" prints.`}
          errorText={source.file ? undefined : problem}
        >
          {/* Not a password field: the browser would offer to save it. A text cannot be wiped, but goes with the dialog. */}
          <Input
            value={source.text ?? ''}
            disabled={source.file !== undefined}
            spellcheck={false}
            autoComplete={false}
            ariaRequired
            onChange={({ detail }) => onChange({ text: detail.value })}
          />
        </FormField>
      )}
      <FormField
        label={length === undefined ? 'Private key' : 'Or a file'}
        description={
          length === undefined
            ? `A file with the private key of spec ${spec} in PKCS#8, as DER or PEM, without a password.`
            : `A file of exactly these ${length} bytes.`
        }
        errorText={source.file || length === undefined ? problem : undefined}
      >
        <SpaceBetween direction="horizontal" size="xs" alignItems="center">
          <FileInput
            value={source.file ? [source.file] : []}
            ariaLabel="Choose a file with the key material"
            onChange={({ detail: { value } }) => onChange(value[0] ? { file: value[0] } : {})}
          >
            Choose a file
          </FileInput>
          {source.file && (
            <Box>
              <span className="breakable">{source.file.name}</span>
            </Box>
          )}
        </SpaceBetween>
      </FormField>
      <Box variant="small">
        This page wraps it for the vault and wipes the bytes it read. It never leaves this device.
      </Box>
    </SpaceBetween>
  )
}

/** The bytes that the user chose. */
export async function readSource({ file, text = '' }: MaterialSource, spec: KeySpec): Promise<ReadMaterial> {
  if (file) return readFile(file, spec)
  if (text.trim() === '')
    return { problem: rawLengthOf(spec) === undefined ? 'Choose a file.' : 'Enter the key material, or choose a file.' }
  return readText(text, spec)
}
