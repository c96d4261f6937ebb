/** What the readers ask for: all that the page shows of the results. */
export const resultsQuery = `query Results {
  scanResults {
    epoch seq lastRun scanInProgress degraded source simulated isLocalEnvironment
    tickers {
      symbol rating underlyingPrice scannedAt quotedAt source delayMinutes
      stock { symbol name active intrinsicValue preferredModel price discountPercent }
      options {
        id side expiration expirationKind daysToExpiration strike bid ask mid spreadPercent delta
        impliedVolatility openInterest volume annualizedReturn otmPercent breakEven probabilityOtm
        probabilityOfProfit collateral premium rating greeksSource quotedAt
        quality { grade issues { code } }
      }
    }
  }
}`
