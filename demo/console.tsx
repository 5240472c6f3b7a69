import AppLayout from '@cloudscape-design/components/app-layout'
import BreadcrumbGroup from '@cloudscape-design/components/breadcrumb-group'
import ContentLayout from '@cloudscape-design/components/content-layout'
import Header from '@cloudscape-design/components/header'
import SideNavigation from '@cloudscape-design/components/side-navigation'
import Spinner from '@cloudscape-design/components/spinner'
import { lazy, Suspense, useEffect, useRef, useState } from 'react'
import AboutVault from './about-vault.js'
import { useStayOnDrop } from './files/use-dropped-file.js'
import { useKeptFocus } from './kept-focus.js'
import { keyName } from './keys/key-names.js'
import KeysPage from './keys/keys-page.js'
import { NoticeBar } from './notices/notices.js'
import { useStandingNotices } from './recovery/standing-notices.js'
import { hrefs, type Route, useRoute } from './route.js'
import TopBar from './top-bar.js'
import { useKeys } from './vault/vault-context.js'

const KeyPage = lazy(() => import('./keys/key-page.js'))
const FilesPage = lazy(() => import('./files/files-page.js'))
const RecoveryPage = lazy(() => import('./recovery/recovery-page.js'))
const Unlock = lazy(() => import('./recovery/unlock.js'))

const WIDE = matchMedia('(min-width: 1200px)')

/** The frame of the console: navigation, notices, the page of the current address, help. */
export default function Console() {
  const route = useRoute()
  const { title, description } = useHeading(route)
  const heading = useRef<HTMLDivElement>(null)
  const [navigationOpen, setNavigationOpen] = useState(WIDE.matches)
  const [helpOpen, setHelpOpen] = useState(false)
  const [unlocking, setUnlocking] = useState(false)
  const standing = useStandingNotices(route, () => setUnlocking(true))
  useFollowedByFocus(route, heading)
  useKeptFocus(heading)
  useStayOnDrop()
  useEffect(() => {
    document.title = `${title} - browser-kms`
  }, [title])

  return (
    <>
      <TopBar onAbout={() => setHelpOpen(true)} />
      <AppLayout
        headerSelector="#top"
        contentType={route.page === 'keys' ? 'table' : 'default'}
        navigationOpen={navigationOpen}
        onNavigationChange={({ detail }) => setNavigationOpen(detail.open)}
        navigation={
          <SideNavigation
            header={{ text: 'Key Management Service', href: hrefs.keys }}
            activeHref={route.page === 'key' ? hrefs.keys : hrefs[route.page]}
            items={[
              { type: 'link', text: 'Customer managed keys', href: hrefs.keys },
              { type: 'link', text: 'Encrypt and decrypt files', href: hrefs.files },
              { type: 'link', text: 'Recovery', href: hrefs.recovery },
            ]}
            onFollow={() => setNavigationOpen(WIDE.matches)}
          />
        }
        navigationWidth={260}
        breadcrumbs={
          route.page === 'key' && (
            <BreadcrumbGroup
              items={[
                { text: 'Customer managed keys', href: hrefs.keys },
                { text: title, href: hrefs.key(route.keyId) },
              ]}
            />
          )
        }
        toolsOpen={helpOpen}
        onToolsChange={({ detail }) => setHelpOpen(detail.open)}
        tools={<AboutVault />}
        notifications={<NoticeBar standing={standing} />}
        content={
          <ContentLayout
            header={
              <div ref={heading} tabIndex={-1} className="focus-target">
                <Header variant="h1" description={description}>
                  <span className="breakable">{title}</span>
                </Header>
              </div>
            }
          >
            <Suspense fallback={<Spinner size="large" />}>
              <Page route={route} />
            </Suspense>
          </ContentLayout>
        }
      />
      {unlocking && (
        <Suspense>
          <Unlock onClose={() => setUnlocking(false)} />
        </Suspense>
      )}
    </>
  )
}

function Page({ route }: { readonly route: Route }) {
  switch (route.page) {
    case 'keys':
      return <KeysPage />
    case 'key':
      return <KeyPage key={route.keyId} keyId={route.keyId} />
    case 'files':
      return <FilesPage keyId={route.keyId} />
    case 'recovery':
      return <RecoveryPage />
  }
}

function useHeading(route: Route): { title: string; description?: string } {
  const { keys } = useKeys()
  switch (route.page) {
    case 'keys':
      return {
        title: 'Customer managed keys',
        description: 'Keys stay in this browser and work offline. Their bytes never reach this page.',
      }
    case 'key': {
      const record = keys.find(({ keyId }) => keyId === route.keyId)
      return { title: record ? keyName(record) : route.keyId }
    }
    case 'files':
      return {
        title: 'Encrypt and decrypt files',
        description: 'Files are read and written piece by piece on this device, whatever their size.',
      }
    case 'recovery':
      return { title: 'Recovery', description: 'What brings your keys back when this browser has lost them.' }
  }
}

/** Moves the focus to the heading when the user goes to another page, but not when the console opens. */
function useFollowedByFocus(route: Route, heading: React.RefObject<HTMLElement | null>): void {
  const address = route.page === 'key' ? hrefs.key(route.keyId) : route.page
  const last = useRef(address)
  useEffect(() => {
    if (last.current !== address) heading.current?.focus()
    last.current = address
  }, [address, heading])
}
