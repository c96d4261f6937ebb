import type { UserRole } from '../gql/graphql.ts'

export const roleNames: Record<UserRole, string> = {
  ADMINISTRATOR: 'Administrator',
  TRADER: 'Trader',
  VIEWER: 'Viewer',
}

/** What comes after “may”. */
export const rolePowers: Record<UserRole, string> = {
  VIEWER: 'look at results',
  TRADER: 'look at results, start and cancel scans',
  ADMINISTRATOR: 'do everything: scan, edit the list and the criteria, and look after people’s accounts',
}

/** To choose from, the least powerful first. */
export const roles = (['VIEWER', 'TRADER', 'ADMINISTRATOR'] as const).map((value) => ({
  value,
  name: roleNames[value],
  sentence: `May ${rolePowers[value]}.`,
}))

export const mayScan = ({ role }: { role: UserRole }) => role !== 'VIEWER'
