/** The person who asks. */
import type { Viewer } from '../auth/auth.ts'
import { builder } from './builder.ts'

const UserRole = builder.enumType('UserRole', {
  values: {
    VIEWER: {},
    TRADER: {},
    ADMINISTRATOR: { description: 'May edit the list of stocks.' },
  } satisfies Record<Viewer['role'], object>,
})

const User = builder.objectRef<Viewer>('User').implement({
  fields: (t) => ({
    id: t.exposeID('id'),
    name: t.exposeString('name'),
    email: t.exposeString('email'),
    role: t.expose('role', { type: UserRole }),
    isDemo: t.exposeBoolean('isDemo', {
      description: 'True for the demo account, which exists in LOCAL only.',
    }),
  }),
})

builder.queryField('viewer', (t) =>
  t.field({
    type: User,
    description: 'The signed-in person.',
    resolve: (_root, _args, { viewer }) => viewer,
  }),
)
