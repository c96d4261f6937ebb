/** What a person has typed about a stock, and what of it is new. */
import type { StockRowFragment, UpdateStockInput, ValuationModel } from '../gql/graphql.ts'

export interface StockDraft {
  name: string
  active: boolean
  notes: string
  /** USD per share; null: unknown. */
  eps: number | null
  fcf: number | null
  preferredModel: ValuationModel
}

type Editable = Omit<StockRowFragment, 'symbol' | 'price' | 'pricedAt' | 'intrinsicValue' | 'discountPercent'>

export function draftOf(stock: Editable): StockDraft {
  return {
    name: stock.name ?? '',
    active: stock.active,
    notes: stock.notes,
    eps: stock.intrinsicValueEps?.value ?? null,
    fcf: stock.intrinsicValueFcf?.value ?? null,
    preferredModel: stock.preferredModel,
  }
}

/** Only what differs: a value that was only looked at stays its author's, and does not become a person's. */
export function changesOf(stock: Editable, draft: StockDraft): UpdateStockInput {
  const before = draftOf(stock)
  return {
    ...(draft.name.trim() !== before.name && { name: draft.name.trim() || null }),
    ...(draft.active !== before.active && { active: draft.active }),
    ...(draft.notes !== before.notes && { notes: draft.notes }),
    ...(draft.eps !== before.eps && { intrinsicValueEps: asInput(draft.eps) }),
    ...(draft.fcf !== before.fcf && { intrinsicValueFcf: asInput(draft.fcf) }),
    ...(draft.preferredModel !== before.preferredModel && { preferredModel: draft.preferredModel }),
  }
}

const asInput = (value: number | null) => (value === null ? null : { value })
