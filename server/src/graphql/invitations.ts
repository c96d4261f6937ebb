/** Invitations: how people join. */
import type { HandedOut, Invitation } from '../auth/accounts.ts'
import { rules } from './access.ts'
import { builder } from './builder.ts'
import { connection, connectionOf, pageArgs, pageRequest } from './paging.ts'
import { UserRole } from './viewer.ts'

/** Of another person, no more than who it is. */
export const PersonName = builder.objectRef<{ id: string; name: string }>('PersonName').implement({
  description: 'Who somebody is, and no more.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Of the person.' }),
    name: t.exposeString('name', { description: 'As entered when joining.' }),
  }),
})

const InvitationType = builder.objectRef<Invitation>('Invitation').implement({
  description: 'A link by which one person makes an account.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'For `revokeInvitation`; opens nothing.' }),
    email: t.exposeString('email', {
      nullable: true,
      description: 'Who it is for; null: whoever has the link.',
    }),
    role: t.expose('role', { type: UserRole, description: 'What the new account may do.' }),
    invitedBy: t.expose('invitedBy', {
      type: PersonName,
      nullable: true,
      description: 'Null when that account is gone.',
    }),
    createdAt: t.expose('createdAt', {
      type: 'DateTime',
      description: 'When it was made.',
    }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      description: 'A week later.',
    }),
  }),
})

const InvitationConnection = connectionOf('Invitation', InvitationType)
const INVITATIONS = 50

const CreatedInvitation = builder
  .objectRef<HandedOut & { invitation: Invitation }>('CreatedInvitation')
  .implement({
    description: 'A new invitation, with its link.',
    fields: (t) => ({
      invitation: t.expose('invitation', { type: InvitationType, description: 'What is kept of it.' }),
      link: t.exposeString('link', {
        description:
          'Works once. It is in this answer and nowhere else; a path when the server does not know its own address.',
      }),
      mailed: t.exposeBoolean('mailed', { description: 'Whether it went out by mail as well.' }),
    }),
  })

const InviteInput = builder.inputType('InviteInput', {
  description: 'Whom to invite.',
  fields: (t) => ({
    email: t.string({
      description: 'Only this address can use it, e.g. `ann@example.com`; null: whoever has the link.',
    }),
    role: t.field({ type: UserRole, required: true, description: 'What the new account may do.' }),
  }),
})

builder.queryField('invitations', (t) =>
  t.field({
    type: InvitationConnection,
    description: 'Those that can still be used, newest first. Administrators.',
    authScopes: rules.administer,
    args: pageArgs(INVITATIONS),
    resolve: async (_root, args, { accounts }) =>
      connection(await accounts.invitations.list(pageRequest(args, INVITATIONS)), ({ createdAt, id }) => ({
        at: createdAt,
        id,
      })),
  }),
)

builder.mutationField('invite', (t) =>
  t.field({
    type: CreatedInvitation,
    description:
      'Makes a link by which somebody joins, within a week. Administrators at a browser. Errors: `ALREADY_MEMBER`, `BAD_INPUT`.',
    authScopes: rules.govern,
    args: { input: t.arg({ type: InviteInput, required: true, description: 'Whom, and as what.' }) },
    resolve: (_root, { input: { email, role } }, { accounts, ...actor }) =>
      accounts.invitations.create(actor, { email: email ?? null, role }),
  }),
)

builder.mutationField('revokeInvitation', (t) =>
  t.field({
    type: InvitationType,
    description: 'From now on its link opens nothing. Administrators at a browser. Errors: `NOT_FOUND`.',
    authScopes: rules.govern,
    args: { id: t.arg.id({ required: true, description: 'Of an invitation that nobody has used.' }) },
    resolve: (_root, { id }, { accounts, ...actor }) => accounts.invitations.revoke(actor, id),
  }),
)
