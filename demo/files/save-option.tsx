import Checkbox from '@cloudscape-design/components/checkbox'
import { canAskWhereToSave } from '../file-cipher/choose-destination.js'

/** The user's wish about where results go. */
export interface Saving {
  readonly askWhereToSave: boolean
  readonly setAskWhereToSave: (ask: boolean) => void
}

/** Offers the "save as" dialog where the browser has one. */
export default function SaveOption({ askWhereToSave, setAskWhereToSave }: Saving) {
  if (!canAskWhereToSave()) return null
  return (
    <Checkbox
      checked={askWhereToSave}
      description="Otherwise the result goes to your downloads."
      onChange={({ detail }) => setAskWhereToSave(detail.checked)}
    >
      Ask where to save
    </Checkbox>
  )
}
