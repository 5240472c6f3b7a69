import Box from '@cloudscape-design/components/box'
import Container from '@cloudscape-design/components/container'
import FileDropzone from '@cloudscape-design/components/file-dropzone'
import FileInput from '@cloudscape-design/components/file-input'
import Header from '@cloudscape-design/components/header'
import SpaceBetween from '@cloudscape-design/components/space-between'
import { formatSize } from './file-size.js'

interface Props {
  readonly file: File | undefined
  readonly disabled: boolean
  readonly onChoose: (file: File) => void
}

/** Takes a file by button or by drag and drop. */
export default function ChooseFile({ file, disabled, onChoose }: Props) {
  const choose = ({ detail: { value } }: { detail: { value: readonly File[] } }) => {
    const [first] = value
    if (first && !disabled) onChoose(first)
  }
  return (
    <Container
      header={
        <Header
          variant="h2"
          description="Every file gets a data key of its own, made by the key you choose. Nothing is uploaded."
        >
          File
        </Header>
      }
    >
      <FileDropzone onChange={choose}>
        <SpaceBetween size="xs" alignItems="center">
          <Box color="text-body-secondary" textAlign="center">
            Drop a file here: any file to encrypt it, a .bkms file to decrypt it.
          </Box>
          {!disabled && (
            <FileInput value={[]} onChange={choose} ariaLabel="Choose a file to encrypt or decrypt">
              Choose a file
            </FileInput>
          )}
          {file && (
            <Box fontWeight="bold" textAlign="center">
              <span className="breakable">{file.name}</span> ({formatSize(file.size)})
            </Box>
          )}
        </SpaceBetween>
      </FileDropzone>
    </Container>
  )
}
