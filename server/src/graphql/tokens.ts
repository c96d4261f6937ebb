/** API tokens: a person's own, made and revoked in a browser. */
import type { ApiToken } from '../auth/api-tokens.ts'
import { rules } from './access.ts'
import { builder } from './builder.ts'
import { ApiScope } from './viewer.ts'

const ApiTokenType = builder.objectRef<ApiToken>('ApiToken').implement({
  description: 'A credential of a program, sent as `Authorization: Bearer wa_…`.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'For `revokeApiToken`; opens nothing.' }),
    name: t.exposeString('name', { description: 'What it is for, in its owner’s words.' }),
    hint: t.exposeString('hint', { description: 'The last four characters of the secret, e.g. `x7Qd`.' }),
    scopes: t.field({
      type: [ApiScope],
      description: 'What it was made for; its owner’s role may allow less.',
      resolve: (token) => [...token.scopes],
    }),
    createdAt: t.expose('createdAt', {
      type: 'DateTime',
      description: 'When it was made.',
    }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Null: never.',
    }),
    lastUsedAt: t.expose('lastUsedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'To the minute; null: not yet.',
    }),
  }),
})

const CreatedApiToken = builder.objectRef<{ token: ApiToken; secret: string }>('CreatedApiToken').implement({
  description: 'A new token, with its secret.',
  fields: (t) => ({
    apiToken: t.field({
      type: ApiTokenType,
      description: 'What is kept of it.',
      resolve: ({ token }) => token,
    }),
    secret: t.exposeString('secret', {
      description:
        'What programs send. It is in this answer and nowhere else: keep it safe, or make another.',
    }),
  }),
})

const CreateApiTokenInput = builder.inputType('CreateApiTokenInput', {
  description: 'What a new token is for.',
  fields: (t) => ({
    name: t.string({ required: true, description: '1 to 100 characters, e.g. `nightly report`.' }),
    scopes: t.field({ type: [ApiScope], required: true, description: 'At least one.' }),
    expiresInDays: t.int({ description: '1 to 3,650; null: never.' }),
  }),
})

builder.queryField('apiTokens', (t) =>
  t.field({
    type: [ApiTokenType],
    description: 'The viewer’s own, newest first. Not for programs.',
    authScopes: rules.ownAccount,
    resolve: (_root, _args, { accounts, viewer }) => accounts.tokens.list(viewer),
  }),
)

builder.mutationField('createApiToken', (t) =>
  t.field({
    type: CreatedApiToken,
    description: 'Makes a token for the viewer, who may have 50. Not for programs. Errors: `BAD_INPUT`.',
    authScopes: rules.ownAccount,
    args: { input: t.arg({ type: CreateApiTokenInput, required: true, description: 'What it is for.' }) },
    resolve: (_root, { input: { name, scopes, expiresInDays } }, { accounts, ...actor }) =>
      accounts.tokens.create(actor, { name, scopes, expiresInDays: expiresInDays ?? null }),
  }),
)

builder.mutationField('revokeApiToken', (t) =>
  t.field({
    type: ApiTokenType,
    description:
      'From now on the viewer’s token opens nothing, and what runs on it ends. Not for programs. Errors: `NOT_FOUND`.',
    authScopes: rules.ownAccount,
    args: { id: t.arg.id({ required: true, description: 'Of one of the viewer’s tokens.' }) },
    resolve: (_root, { id }, { accounts, ...actor }) => accounts.tokens.revoke(actor, id),
  }),
)
