import { describe, expect, it } from 'vitest'
import { formatOccSymbol, parseOccSymbol } from '../../../server/src/market/occ-symbol.ts'

describe('parseOccSymbol', () => {
  it('reads root, expiration, side and strike', () => {
    expect(parseOccSymbol('AAPL250620P00190000')).toEqual({
      root: 'AAPL',
      expiration: '2025-06-20',
      side: 'PUT',
      strike: 190,
    })
    expect(parseOccSymbol('F260116C00012000')).toMatchObject({ root: 'F', side: 'CALL', strike: 12 })
  })

  it('reads fractional strikes to the thousandth', () => {
    expect(parseOccSymbol('XYZ250620P00032250')?.strike).toBe(32.25)
    expect(parseOccSymbol('XYZ250620P00007630')?.strike).toBe(7.63)
    expect(parseOccSymbol('XYZ250620P00000005')?.strike).toBe(0.005)
    expect(parseOccSymbol('XYZ250620P12345678')?.strike).toBe(12345.678)
  })

  it('keeps roots that are not the ticker, and the digit of an adjusted one', () => {
    expect(parseOccSymbol('AAPL1250620P00190000')?.root).toBe('AAPL1')
    expect(parseOccSymbol('BRKB250620P00500000')?.root).toBe('BRKB')
    expect(parseOccSymbol('SPXW250620C05900000')?.root).toBe('SPXW')
    expect(parseOccSymbol('CP250620P00070000')?.root).toBe('CP')
  })

  it('reads the padded form of 21 characters', () => {
    expect(parseOccSymbol('AAPL  250620P00190000')).toEqual(parseOccSymbol('AAPL250620P00190000'))
    expect(parseOccSymbol(' F     260116C00012000 ')?.root).toBe('F')
  })

  it.each([
    ['a day that no month has', 'XYZ250631P00190000'],
    ['February 29 of a common year', 'XYZ250229P00190000'],
    ['a thirteenth month', 'XYZ251301P00190000'],
    ['day zero', 'XYZ250600P00190000'],
    ['a strike of zero', 'XYZ250620P00000000'],
    ['seven digits of strike', 'XYZ250620P0190000'],
    ['no root', '250620P00190000'],
    ['a root of seven characters', 'ABCDEFG250620P00190000'],
    ['another letter than C or P', 'XYZ250620X00190000'],
    ['lower case', 'xyz250620p00190000'],
    ['a tail', 'XYZ250620P00190000X'],
    ['nothing', ''],
  ])('refuses %s', (_, text) => {
    expect(parseOccSymbol(text)).toBeNull()
  })

  it('accepts February 29 of a leap year', () => {
    expect(parseOccSymbol('XYZ280229P00190000')?.expiration).toBe('2028-02-29')
  })
})

describe('formatOccSymbol', () => {
  it('writes the strike as thousandths in eight digits, rounded', () => {
    const contract = { root: 'XYZ', expiration: '2025-06-20', side: 'PUT' as const }
    expect(formatOccSymbol({ ...contract, strike: 32.25 })).toBe('XYZ250620P00032250')
    expect(formatOccSymbol({ ...contract, strike: 1.005 })).toBe('XYZ250620P00001005')
    expect(formatOccSymbol({ ...contract, strike: 12345.678 })).toBe('XYZ250620P12345678')
  })

  it.each(['AAPL250620P00190000', 'AAPL1250620C00032250', 'BRKB280229P00500000'])(
    'undoes parsing of %s',
    (text) => {
      const parsed = parseOccSymbol(text)
      expect(parsed && formatOccSymbol(parsed)).toBe(text)
    },
  )
})
