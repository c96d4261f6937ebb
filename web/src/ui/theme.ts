import { Button, createTheme, Input } from '@mantine/core'

const sans =
  "'Inter Variable', system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"

export const theme = createTheme({
  fontFamily: sans,
  fontFamilyMonospace:
    "ui-monospace, 'SF Mono', 'Cascadia Mono', Menlo, Consolas, 'Liberation Mono', monospace",
  headings: { fontFamily: sans, fontWeight: '650' },
  defaultRadius: 8,
  primaryColor: 'iris',
  primaryShade: { light: 7, dark: 6 },
  focusRing: 'auto',
  respectReducedMotion: true,
  cursorType: 'pointer',
  colors: {
    iris: [
      '#eceffd',
      '#dbe1fd',
      '#b6c0f8',
      '#8e9df3',
      '#6c7eee',
      '#5669eb',
      '#4a5de8',
      '#3b4dcf',
      '#3142b5',
      '#253493',
    ],
    dark: [
      '#e7eaef',
      '#c4cad4',
      '#9aa4b3',
      '#6f7a8a',
      '#3a4350',
      '#2b333e',
      '#1b2129',
      '#151a21',
      '#11151b',
      '#0d1015',
    ],
  },
  components: {
    Button: Button.extend({ defaultProps: { fw: 600 } }),
    // Named, not imported: these components arrive with the parts of the page that need them.
    Modal: {
      defaultProps: {
        // Its way to stop the page behind from scrolling is a <style> element; ui/page.css does it.
        lockScroll: false,
        centered: true,
        radius: 12,
        padding: 24,
        transitionProps: { duration: 120, transition: 'fade' },
      },
    },
    Drawer: { defaultProps: { lockScroll: false } },
    Tooltip: {
      defaultProps: {
        openDelay: 250,
        multiline: true,
        maw: 280,
        withArrow: true,
        transitionProps: { duration: 80 },
        events: { hover: true, focus: true, touch: true },
      },
    },
    Input: Input.extend({ defaultProps: { size: 'sm' } }),
  },
})
