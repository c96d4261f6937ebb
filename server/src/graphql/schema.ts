/** The whole schema: importing a file adds its types and fields to the builder. */
import './audit.ts'
import './estimate.ts'
import './criteria.ts'
import './explain.ts'
import './invitations.ts'
import './options.ts'
import './people.ts'
import './runs.ts'
import './scan.ts'
import './sessions.ts'
import './status.ts'
import './stock.ts'
import './tokens.ts'
import './viewer.ts'
import { builder } from './builder.ts'

/** Not sorted: whoever prints it sorts it, and no server has to. */
export const schema = builder.toSchema({ sortSchema: false })
