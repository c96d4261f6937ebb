/** The whole schema: importing a file adds its types and fields to the builder. */
import './estimate.ts'
import './criteria.ts'
import './explain.ts'
import './options.ts'
import './scan.ts'
import './status.ts'
import './stock.ts'
import './viewer.ts'
import { builder } from './builder.ts'

export const schema = builder.toSchema()
