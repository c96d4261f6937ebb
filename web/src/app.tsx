import { MantineProvider } from '@mantine/core'
import { lazy, Suspense, type ReactNode } from 'react'
import { Provider } from 'urql'
import { Route, Switch } from 'wouter'
import { ViewerGate } from './auth/viewer-gate.tsx'
import { client } from './client.ts'
import { NotFoundPage } from './ui/not-found-page.tsx'
import { ScannerPage } from './scan/scanner-page.tsx'
import { Crash } from './ui/crash.tsx'
import { Rail } from './ui/rail.tsx'
import { theme } from './ui/theme.ts'

const StocksPage = lazy(() =>
  import('./stocks/stocks-page.tsx').then((page) => ({ default: page.StocksPage })),
)
const SettingsPage = lazy(() =>
  import('./settings/settings-page.tsx').then((page) => ({ default: page.SettingsPage })),
)
const SignInPage = lazy(() =>
  import('./auth/sign-in-page.tsx').then((page) => ({ default: page.SignInPage })),
)
const SetUpPage = lazy(() => import('./auth/set-up-page.tsx').then((page) => ({ default: page.SetUpPage })))

export function App() {
  return (
    <MantineProvider theme={theme} defaultColorScheme="auto">
      <Provider value={client}>
        <Crash>
          <Suspense>
            <Switch>
              <Route path="/sign-in" component={SignInPage} />
              <Route path="/set-up" component={SetUpPage} />
              <Route>
                <ViewerGate>
                  <Shell>
                    <Switch>
                      <Route path="/" component={ScannerPage} />
                      <Route path="/stocks" component={StocksPage} />
                      <Route path="/settings" component={SettingsPage} />
                      <Route component={NotFoundPage} />
                    </Switch>
                  </Shell>
                </ViewerGate>
              </Route>
            </Switch>
          </Suspense>
        </Crash>
      </Provider>
    </MantineProvider>
  )
}

function Shell({ children }: { children: ReactNode }) {
  return (
    <>
      <a className="skip-link" href="#main">
        Skip to the content
      </a>
      <Rail />
      <main className="page" id="main" tabIndex={-1}>
        <Suspense>{children}</Suspense>
      </main>
    </>
  )
}
