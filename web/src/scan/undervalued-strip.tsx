import { memo } from 'react'
import { graphql } from '../gql/gql.ts'
import type { UndervaluedStockFragment } from '../gql/graphql.ts'
import { percent, usd } from '../ui/format.ts'
import { SideScroll } from '../ui/side-scroll.tsx'
import { undervalued } from './discount.ts'
import './undervalued-strip.css'

graphql(`
  fragment UndervaluedStock on Stock {
    symbol
    name
    price
    intrinsicValue
    preferredModel
    discountPercent
  }
`)

/** Active stocks whose price is below their intrinsic value, the cheapest first. */
export const UndervaluedStrip = memo(function UndervaluedStrip({
  stocks,
}: {
  stocks: UndervaluedStockFragment[]
}) {
  const cheap = undervalued(stocks)
  const priced = stocks.some(({ price }) => price !== null)
  return (
    <section className="undervalued" aria-labelledby="undervalued-title">
      <h2 className="section-title" id="undervalued-title">
        Undervalued opportunities
        {cheap.length > 0 && <span className="dim"> · {cheap.length}</span>}
      </h2>
      {cheap.length === 0 ? (
        <p className="undervalued-none">
          {priced
            ? 'No active stock with a known value trades below it.'
            : 'Prices arrive with the first scan; stocks that trade below their value then stand here.'}
        </p>
      ) : (
        <SideScroll className="undervalued-scroll" label="Undervalued stocks, the cheapest first">
          <ul className="undervalued-list">
            {cheap.map(({ stock, tier, discountPercent }) => (
              <li
                key={stock.symbol}
                className={`undervalued-item undervalued-${tier.tone}`}
                title={`${stock.name ?? stock.symbol}: ${tier.word.toLowerCase()} discount to the value by the ${stock.preferredModel} model`}
              >
                <span className="undervalued-symbol">{stock.symbol}</span>
                <span className="undervalued-discount tabular">−{percent(discountPercent)}</span>
                <span className="undervalued-prices tabular">
                  {usd(stock.price)} of {usd(stock.intrinsicValue)}
                </span>
                <span className="undervalued-tier">{tier.word}</span>
              </li>
            ))}
          </ul>
        </SideScroll>
      )}
    </section>
  )
})
