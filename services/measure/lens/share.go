package lens

import "math/bits"

// atLeast reports whether good ÷ total is at least the share in parts per billion, by
// products of 128 bits.
func atLeast(good, total, ppb int64) bool {
	hi, lo := bits.Mul64(uint64(good), perRatio)
	wantHi, wantLo := bits.Mul64(uint64(total), uint64(ppb))
	return hi > wantHi || hi == wantHi && lo >= wantLo
}

// share is good ÷ total in billionths, 0 ≤ good ≤ total, rounded to the nearest, halves
// up: (2·good·10⁹ + total) ÷ (2·total), rounded down.
func share(good, total int64) int64 {
	hi, lo := bits.Mul64(uint64(good), 2*perRatio)
	lo, carry := bits.Add64(lo, uint64(total), 0)
	quotient, _ := bits.Div64(hi+carry, lo, 2*uint64(total)) // at most 10⁹, so that it fits
	return int64(quotient)
}
