/**
 * Mantine writes its variables into a <style> element, which the page's content security policy forbids. The same text
 * as a constructed stylesheet is no markup that somebody could have slipped in, and is allowed.
 */
import {
  convertCssVariables,
  DEFAULT_THEME,
  defaultCssVariablesResolver,
  mergeMantineTheme,
} from '@mantine/core'
import { theme } from './theme.ts'

const sheet = new CSSStyleSheet()
sheet.replaceSync(
  convertCssVariables(defaultCssVariablesResolver(mergeMantineTheme(DEFAULT_THEME, theme)), ':root'),
)
document.adoptedStyleSheets.push(sheet)
