import { useMantineColorScheme } from '@mantine/core'
import { IconBrightnessAuto, IconMoon, IconSun } from '@tabler/icons-react'

const schemes = {
  auto: { icon: IconBrightnessAuto, word: 'Auto', next: 'light' },
  light: { icon: IconSun, word: 'Light', next: 'dark' },
  dark: { icon: IconMoon, word: 'Dark', next: 'auto' },
} as const

/** Goes round: as the system says, light, dark. */
export function ColorSchemeToggle() {
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  const { icon: Icon, word, next } = schemes[colorScheme]
  const label = `Colours: ${word.toLowerCase()}. Change to ${schemes[next].word.toLowerCase()}`
  return (
    <button
      type="button"
      className="rail-item"
      aria-label={label}
      title={label}
      onClick={() => setColorScheme(next)}
    >
      <Icon aria-hidden="true" />
      <span>{word}</span>
    </button>
  )
}
