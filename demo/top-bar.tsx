import TopNavigation, { type TopNavigationProps } from '@cloudscape-design/components/top-navigation'
import { hrefs } from './route.js'
import { useOnline } from './use-online.js'
import { currentVault, knownVaults, switchVault } from './vault/vault-names.js'

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
                ...vaultMenu(),
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

/** Which vault is open, and the others, where there are others. */
function vaultMenu(): readonly TopNavigationProps.Utility[] {
  const names = knownVaults()
  if (names.length === 1) return []
  const current = currentVault()
  return [
    {
      type: 'menu-dropdown',
      text: current,
      ariaLabel: `Vault: ${current}`,
      iconName: 'security',
      items: names.map((name) => ({ id: name, text: name, disabled: name === current })),
      onItemClick: ({ detail }) => switchVault(detail.id),
    },
  ]
}
