/** Reads a compose file as the compose client does: YAML with its variables filled in. */
import { parse } from 'yaml'

export interface ComposeService {
  image?: string
  build?: string
  user?: string
  command?: string[]
  environment?: Record<string, string | number>
  networks?: string[]
  volumes?: string[]
  ports?: string[]
  tmpfs?: string[]
  read_only?: boolean
  cap_drop?: string[]
  security_opt?: string[]
  restart?: string
  logging?: { driver: string }
  healthcheck?: { test: string[] }
  depends_on?: string[] | Record<string, { condition: string }>
  deploy?: { replicas?: number; resources?: { limits?: { cpus?: string; memory?: string } } }
}

export interface ComposeFile {
  services: Record<string, ComposeService>
  networks: Record<string, { internal?: boolean; ipam?: { config: { subnet: string }[] } }>
  volumes: Record<string, object>
}

/** @throws the message of a variable that must be set and is not */
export function readComposeFile(text: string, variables: Record<string, string>): ComposeFile {
  return parse(
    text,
    (_key, value: unknown) => (typeof value === 'string' ? fillIn(value, variables) : value),
    {
      merge: true,
    },
  ) as ComposeFile
}

/** `${NAME}`, `${NAME:-default}`, `${NAME:?message}`; `$$` is a dollar sign. */
function fillIn(text: string, variables: Record<string, string>): string {
  return text.replace(
    /\$\$|\$\{(\w+)(?::([-?])([^}]*))?\}/g,
    (all, name?: string, operator?: string, rest?: string) => {
      if (name === undefined) return '$'
      const value = variables[name] ?? ''
      if (value !== '' || operator === undefined) return value
      if (operator === '-') return rest ?? ''
      throw new Error(`${name}: ${rest ?? all}`)
    },
  )
}
