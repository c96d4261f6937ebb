import { PasswordInput } from '@mantine/core'

export const SHORTEST_PASSWORD = 8

/** A password that is being chosen. */
export function NewPassword(props: { label?: string; value: string; onChange: (value: string) => void }) {
  return (
    <PasswordInput
      label={props.label ?? 'Password'}
      description={`At least ${SHORTEST_PASSWORD} characters.`}
      autoComplete="new-password"
      required
      withAsterisk={false}
      minLength={SHORTEST_PASSWORD}
      maxLength={128}
      value={props.value}
      onChange={(event) => props.onChange(event.currentTarget.value)}
    />
  )
}
