import TopNavigation from '@cloudscape-design/components/top-navigation'
import { hrefs } from './route.js'
import { useOnline } from './use-online.js'

/** The bar across the top. `onAbout` is there once the vault is open. */
export default function TopBar({ onAbout }: { readonly onAbout?: () => void }) {
  const online = useOnline()
  return (
    <div id="top">
      <TopNavigation
        identity={{
          href: hrefs.keys,
          title: 'browser-kms',
          logo: { src: `${import.meta.env.BASE_URL}icon.svg`, alt: '' },
        }}
        utilities={
          onAbout
            ? [
                {
                  type: 'button',
                  iconName: online ? 'lock-private' : 'status-info',
                  text: online ? 'About this vault' : 'Offline: everything works',
                  onClick: onAbout,
                },
              ]
            : []
        }
      />
    </div>
  )
}
