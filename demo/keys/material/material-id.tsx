import CopyToClipboard from '@cloudscape-design/components/copy-to-clipboard'
import Popover from '@cloudscape-design/components/popover'

/** The beginning and the end of an id of 64 digits, which tell it from others. */
export function shortened(id: string): string {
  return `${id.slice(0, 8)}…${id.slice(-4)}`
}

/** A key material id: shortened, and in full when asked for. */
export default function MaterialId({ id }: { readonly id: string }) {
  return (
    <Popover
      header="Key material ID"
      dismissAriaLabel="Close"
      renderWithPortal
      content={
        <span className="breakable">
          <CopyToClipboard
            variant="inline"
            textToCopy={id}
            copyButtonAriaLabel="Copy key material ID"
            copySuccessText="Copied the key material ID"
            copyErrorText="The browser refused to copy the key material ID"
          />
        </span>
      }
    >
      {shortened(id)}
    </Popover>
  )
}
