/** For tests that ask more, and hold more open, than any person does. Tests of the limits set them. */
export const withoutLimits = {
  RATE_LIMIT_PER_MINUTE: '0',
  MAX_SOCKETS_PER_USER: '0',
  MAX_SOCKETS_PER_ADDRESS: '0',
  SIGN_INS_PER_MINUTE: '0',
}
