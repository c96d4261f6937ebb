/** The person who asks, and by what. */
import { scopes, type Role, type Viewer } from '../auth/viewer.ts'
import { rules } from './access.ts'
import { builder } from './builder.ts'

export const UserRole = builder.enumType('UserRole', {
  description: 'What a person may do.',
  values: {
    VIEWER: { description: 'May look.' },
    TRADER: { description: 'May start and cancel scans as well.' },
    ADMINISTRATOR: { description: 'May edit the list, the criteria and people’s accounts as well.' },
  } satisfies Record<Role, object>,
})

export const ApiScope = builder.enumType('ApiScope', {
  description:
    'What a credential may do; each includes those before it. A token never has more than its owner’s role.',
  values: {
    READ: { description: 'Reading and following.' },
    SCAN: { description: 'Starting and cancelling scans.' },
    ADMIN: { description: 'Editing the list and the criteria, reading people and the audit log.' },
  },
})

const CredentialKind = builder.enumType('CredentialKind', {
  description: 'How somebody is known.',
  values: {
    SESSION: { description: 'A browser that is signed in.' },
    TOKEN: { description: 'An API token.' },
  },
})

const CredentialType = builder.objectRef<Viewer['credential']>('Credential').implement({
  description: 'What the request was made with.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Of the session, or of the token.' }),
    kind: t.expose('kind', { type: CredentialKind, description: 'Browser or program.' }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Null: never.',
    }),
  }),
})

export const User = builder.objectRef<Viewer>('User').implement({
  description: 'The person who asks.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Of the person, the same for ever.' }),
    name: t.exposeString('name', { description: 'As entered when joining.' }),
    email: t.exposeString('email', { description: 'Signs in with it; lower case.' }),
    role: t.expose('role', { type: UserRole, description: 'What this person may do.' }),
    isDemo: t.exposeBoolean('isDemo', {
      description: 'True for the demo account, which exists in LOCAL only.',
    }),
    credential: t.expose('credential', {
      type: CredentialType,
      description: 'What the request was made with.',
    }),
    scopes: t.field({
      type: [ApiScope],
      description: 'What this credential may do.',
      resolve: (viewer) => scopes.filter((scope) => viewer.scopes.has(scope)),
    }),
  }),
})

builder.queryField('viewer', (t) =>
  t.field({
    type: User,
    description: 'The person who asks.',
    authScopes: rules.read,
    resolve: (_root, _args, { viewer }) => viewer,
  }),
)
