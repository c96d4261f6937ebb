/** The audit log, for administrators. */
import type { AuditAction as Action, AuditEntry } from '../auth/audit.ts'
import { rules } from './access.ts'
import { builder } from './builder.ts'
import { PersonName } from './invitations.ts'
import { connection, connectionOf, pageArgs, pageRequest } from './paging.ts'

const AuditAction = builder.enumType('AuditAction', {
  description: 'What was done.',
  values: {
    SIGNED_IN: { description: 'A person signed in.' },
    SIGN_IN_REFUSED: { description: 'A wrong password, or an account that there is not.' },
    SIGNED_OUT: { description: 'A person signed out.' },
    SET_UP: { description: 'The first administrator made an account.' },
    JOINED: { description: 'Somebody made an account by invitation.' },
    INVITED: { description: 'An invitation was made.' },
    INVITATION_REVOKED: { description: 'An invitation was taken back.' },
    ROLE_CHANGED: { description: 'A person has another role.' },
    PERSON_DISABLED: { description: 'An account was closed.' },
    PERSON_ENABLED: { description: 'A closed account was opened again.' },
    PASSWORD_CHANGED: { description: 'By somebody who knew it.' },
    RESET_LINK_CREATED: { description: 'An administrator made a link for a new password.' },
    PASSWORD_RESET: { description: 'By a link.' },
    SESSIONS_ENDED: { description: 'Browsers were signed out from elsewhere.' },
    TOKEN_CREATED: { description: 'An API token was made.' },
    TOKEN_REVOKED: { description: 'An API token was taken back.' },
    STOCK_ADDED: { description: 'The curated list grew.' },
    STOCK_CHANGED: { description: 'A stock of the curated list was edited.' },
    CRITERIA_CHANGED: { description: 'What a scan keeps was edited.' },
  } satisfies Record<Action, object>,
})

const AuditEntryType = builder.objectRef<AuditEntry>('AuditEntry').implement({
  description: 'Something that somebody did.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Of the entry.' }),
    at: t.expose('at', {
      type: 'DateTime',
      description: 'When it was done.',
    }),
    action: t.expose('action', { type: AuditAction, description: 'What was done.' }),
    actor: t.field({
      type: PersonName,
      nullable: true,
      description: 'Who did it, by the name of that time; null: nobody who was signed in.',
      resolve: ({ actorId, actorName }) => (actorId === null ? null : { id: actorId, name: actorName ?? '' }),
    }),
    summary: t.exposeString('summary', {
      description: 'A sentence for people, e.g. `Revoked the API token “nightly report” (…x7Qd).`',
    }),
    address: t.exposeString('address', {
      nullable: true,
      description: 'IP address that the request came from; null: not known.',
    }),
  }),
})

const AuditEntryConnection = connectionOf('AuditEntry', AuditEntryType)
const ENTRIES = 50

builder.queryField('auditEntries', (t) =>
  t.field({
    type: AuditEntryConnection,
    description: 'Who did what, newest first; as far back as `AUDIT_DAYS` says. Administrators.',
    authScopes: rules.administer,
    args: {
      ...pageArgs(ENTRIES),
      action: t.arg({ type: AuditAction, description: 'Only entries of this kind; null: all.' }),
    },
    resolve: async (_root, { action, ...args }, { accounts }) =>
      connection(
        await accounts.audit.list(pageRequest(args, ENTRIES), { action: action ?? null }),
        (entry) => entry,
      ),
  }),
)
