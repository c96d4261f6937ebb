/** Brings a clone up to date without starting anything. */
import { setUp } from './setup.mjs'

setUp()
