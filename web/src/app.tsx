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
const SettingsPages = lazy(() =>
  import('./settings/settings-pages.tsx').then((pages) => ({ default: pages.SettingsPages })),
)
const SignInPage = lazy(() =>
  import('./auth/sign-in-page.tsx').then((page) => ({ default: page.SignInPage })),
)
const SetUpPage = lazy(() => import('./auth/set-up-page.tsx').then((page) => ({ default: page.SetUpPage })))
const JoinPage = lazy(() => import('./auth/join-page.tsx').then((page) => ({ default: page.JoinPage })))
const ForgotPasswordPage = lazy(() =>
  import('./auth/forgot-password-page.tsx').then((page) => ({ default: page.ForgotPasswordPage })),
)
const ResetPasswordPage = lazy(() =>
  import('./auth/reset-password-page.tsx').then((page) => ({ default: page.ResetPasswordPage })),
)

export function App() {
  return (
    <MantineProvider
      theme={theme}
      defaultColorScheme="auto"
      withCssVariables={false}
      withGlobalClasses={false}
    >
      <Provider value={client}>
        <Crash>
          <Suspense>
            <Switch>
              <Route path="/sign-in" component={SignInPage} />
              <Route path="/set-up" component={SetUpPage} />
              <Route path="/join" component={JoinPage} />
              <Route path="/forgot-password" component={ForgotPasswordPage} />
              <Route path="/reset-password" component={ResetPasswordPage} />
              <Route>
                <ViewerGate>
                  <Shell>
                    <Switch>
                      <Route path="/" component={ScannerPage} />
                      <Route path="/stocks" component={StocksPage} />
                      <Route path="/settings/*?" component={SettingsPages} />
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
