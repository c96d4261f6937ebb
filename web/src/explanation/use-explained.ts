import { setAddressParam, useAddressParam } from '../ui/address.ts'

/** The contract whose numbers are explained: in the address, as a person would share it. Null: none. */
export const useExplained = (): string | null => useAddressParam('explain') || null

/** @param contractId null: none any more */
export const explain = (contractId: string | null) => setAddressParam('explain', () => contractId ?? '')
