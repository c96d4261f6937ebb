export function probabilityAbove(_: { spot: number; level: number; years: number; volatility: number; rate: number }): number { return 0.5 }
