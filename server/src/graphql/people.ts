/** Other people's accounts, for administrators. */
import type { Person } from '../auth/accounts.ts'
import { rules } from './access.ts'
import { builder } from './builder.ts'
import { connection, connectionOf, pageArgs, pageRequest } from './paging.ts'
import { UserRole } from './viewer.ts'

const PersonType = builder.objectRef<Person>('Person').implement({
  description: 'An account, as administrators see it.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'The same for ever.' }),
    name: t.exposeString('name', { description: 'As entered when joining.' }),
    email: t.exposeString('email', { description: 'Signs in with it; lower case.' }),
    role: t.expose('role', { type: UserRole, description: 'What this person may do.' }),
    isDemo: t.exposeBoolean('isDemo', { description: 'True for the demo account, which stays as it is.' }),
    disabled: t.exposeBoolean('disabled', { description: 'Cannot sign in; tokens do not work.' }),
    createdAt: t.expose('createdAt', {
      type: 'DateTime',
      description: 'When this person joined.',
    }),
  }),
})

const PersonConnection = connectionOf('Person', PersonType)
const PEOPLE = 50

const PasswordResetLink = builder
  .objectRef<{ link: string; expiresAt: Date; mailed: boolean }>('PasswordResetLink')
  .implement({
    description: 'A link by which a person chooses a new password, once.',
    fields: (t) => ({
      link: t.exposeString('link', {
        description: 'To be handed to that person; a path when the server does not know its own address.',
      }),
      expiresAt: t.expose('expiresAt', {
        type: 'DateTime',
        description: 'A day from now.',
      }),
      mailed: t.exposeBoolean('mailed', { description: 'Whether it went out by mail as well.' }),
    }),
  })

const personId = { required: true, description: 'Of another person, as `people` tells it.' } as const

builder.queryField('people', (t) =>
  t.field({
    type: PersonConnection,
    description: 'Everybody who has an account, those who joined last first. Administrators.',
    authScopes: rules.administer,
    args: pageArgs(PEOPLE),
    resolve: async (_root, args, { accounts }) =>
      connection(await accounts.people.list(pageRequest(args, PEOPLE)), ({ createdAt, id }) => ({
        at: createdAt,
        id,
      })),
  }),
)

builder.mutationField('changeRole', (t) =>
  t.field({
    type: PersonType,
    description:
      'Gives a person another role; what runs with the old one ends. Administrators at a browser. Errors: `NOT_FOUND`, `LAST_ADMINISTRATOR`, `DEMO_ACCOUNT`.',
    authScopes: rules.govern,
    args: {
      personId: t.arg.id(personId),
      role: t.arg({ type: UserRole, required: true, description: 'The new one.' }),
    },
    resolve: (_root, args, { accounts, ...actor }) =>
      accounts.people.changeRole(actor, args.personId, args.role),
  }),
)

builder.mutationField('disablePerson', (t) =>
  t.field({
    type: PersonType,
    description:
      'Signs a person out everywhere, for good: no sign-in, no tokens. Administrators at a browser. Errors: `NOT_FOUND`, `LAST_ADMINISTRATOR`, `DEMO_ACCOUNT`.',
    authScopes: rules.govern,
    args: { personId: t.arg.id(personId) },
    resolve: (_root, args, { accounts, ...actor }) => accounts.people.setDisabled(actor, args.personId, true),
  }),
)

builder.mutationField('enablePerson', (t) =>
  t.field({
    type: PersonType,
    description:
      'Lets a disabled person sign in again; tokens work again, too. Administrators at a browser. Errors: `NOT_FOUND`, `DEMO_ACCOUNT`.',
    authScopes: rules.govern,
    args: { personId: t.arg.id(personId) },
    resolve: (_root, args, { accounts, ...actor }) =>
      accounts.people.setDisabled(actor, args.personId, false),
  }),
)

builder.mutationField('endSessionsOf', (t) =>
  t.field({
    type: 'Int',
    description:
      'Signs a person out everywhere; how many sessions that were. Administrators at a browser. Errors: `NOT_FOUND`.',
    authScopes: rules.govern,
    args: { personId: t.arg.id(personId) },
    resolve: (_root, args, { accounts, ...actor }) => accounts.browserSessions.endAllOf(actor, args.personId),
  }),
)

builder.mutationField('createPasswordResetLink', (t) =>
  t.field({
    type: PasswordResetLink,
    description:
      'A link by which a person chooses a new password; it replaces the one before. Administrators at a browser. Errors: `NOT_FOUND`, `DEMO_ACCOUNT`.',
    authScopes: rules.govern,
    args: { personId: t.arg.id(personId) },
    resolve: (_root, args, { accounts, ...actor }) => accounts.passwordResets.create(actor, args.personId),
  }),
)
