/** A person's own account: the browsers that are signed in, and the password. */
import type { BrowserSession } from '../auth/accounts.ts'
import { rules } from './access.ts'
import { builder } from './builder.ts'
import { User } from './viewer.ts'

const BrowserSessionType = builder.objectRef<BrowserSession>('BrowserSession').implement({
  description: 'A browser that is signed in.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'For `endSession`; opens nothing.' }),
    createdAt: t.expose('createdAt', {
      type: 'DateTime',
      description: 'When it signed in.',
    }),
    lastUsedAt: t.expose('lastUsedAt', {
      type: 'DateTime',
      description: 'To the day.',
    }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      description: 'Unless it is used before.',
    }),
    address: t.exposeString('address', {
      nullable: true,
      description: 'IP address that it signed in from, e.g. `203.0.113.7`; null: not known.',
    }),
    userAgent: t.exposeString('userAgent', {
      nullable: true,
      description: 'What the browser calls itself; null: it did not say.',
    }),
    isCurrent: t.exposeBoolean('isCurrent', { description: 'True for the one that asks.' }),
  }),
})

const ChangePasswordInput = builder.inputType('ChangePasswordInput', {
  description: 'The password as it is, and as it is to be.',
  fields: (t) => ({
    currentPassword: t.string({ required: true, description: 'Wrong ones make the next attempts wait.' }),
    newPassword: t.string({ required: true, description: '8 to 128 characters.' }),
  }),
})

builder.queryField('sessions', (t) =>
  t.field({
    type: [BrowserSessionType],
    description: 'The viewer’s own, newest first. Not for programs.',
    authScopes: rules.ownAccount,
    resolve: (_root, _args, { accounts, viewer }) => accounts.browserSessions.list(viewer),
  }),
)

builder.mutationField('endSession', (t) =>
  t.field({
    type: BrowserSessionType,
    description: 'Signs one of the viewer’s browsers out. Not for programs. Errors: `NOT_FOUND`.',
    authScopes: rules.ownAccount,
    args: { id: t.arg.id({ required: true, description: 'Of one of the viewer’s sessions.' }) },
    resolve: (_root, { id }, { accounts, ...actor }) => accounts.browserSessions.end(actor, id),
  }),
)

builder.mutationField('endOtherSessions', (t) =>
  t.field({
    type: 'Int',
    description: 'Signs the viewer out everywhere but here; how many sessions that were. Not for programs.',
    authScopes: rules.ownAccount,
    resolve: (_root, _args, { accounts, ...actor }) => accounts.browserSessions.endOthers(actor),
  }),
)

builder.mutationField('changePassword', (t) =>
  t.field({
    type: User,
    description:
      'Ends the viewer’s other sessions. Not for programs. Errors: `WRONG_PASSWORD`, `TOO_MANY_ATTEMPTS` (with `retryAfterSeconds`), `BAD_INPUT`, `DEMO_ACCOUNT`.',
    authScopes: rules.ownAccount,
    args: { input: t.arg({ type: ChangePasswordInput, required: true, description: 'Old and new.' }) },
    resolve: async (_root, { input }, { accounts, ...actor }) => {
      await accounts.passwords.change(actor, input.currentPassword, input.newPassword)
      return actor.viewer
    },
  }),
)
