package budget

import "math/bits"

// double is an unsigned integer of 128 bits.
type double struct{ hi, lo uint64 }

// triple is an unsigned integer of 192 bits, enough for any product of three
// uint64. The widest product that is compared here, bad events × 10¹¹ × window
// in nanoseconds, needs 150.
type triple struct{ hi, mid, lo uint64 }

// times returns a·b, exactly.
func times(a, b uint64) double {
	hi, lo := bits.Mul64(a, b)
	return double{hi, lo}
}

// minus returns a − b, which must not be negative.
func (a double) minus(b double) double {
	lo, borrow := bits.Sub64(a.lo, b.lo, 0)
	hi, _ := bits.Sub64(a.hi, b.hi, borrow)
	return double{hi, lo}
}

// less reports whether a < b.
func (a double) less(b double) bool {
	return a.hi < b.hi || (a.hi == b.hi && a.lo < b.lo)
}

func (a double) isZero() bool { return a.hi == 0 && a.lo == 0 }

// bitLen is the number of bits that a needs.
func (a double) bitLen() int {
	if a.hi != 0 {
		return 64 + bits.Len64(a.hi)
	}
	return bits.Len64(a.lo)
}

// shift returns a·2ⁿ for 0 ≤ n < 128, which must fit.
func (a double) shift(n int) double {
	if n >= 64 {
		return double{a.lo << (n - 64), 0}
	}
	return double{a.hi<<n | a.lo>>(64-n), a.lo << n}
}

// times returns a·b, exactly.
func (a double) times(b uint64) triple {
	high, low := times(a.hi, b), times(a.lo, b)
	mid, carry := bits.Add64(high.lo, low.hi, 0)
	return triple{high.hi + carry, mid, low.lo}
}

// less reports whether a < b.
func (a triple) less(b triple) bool {
	switch {
	case a.hi != b.hi:
		return a.hi < b.hi
	case a.mid != b.mid:
		return a.mid < b.mid
	default:
		return a.lo < b.lo
	}
}

// ceilDiv returns a ÷ b rounded up, which must fit into 64 bits; b is not zero.
func (a double) ceilDiv(b double) uint64 {
	var q uint64
	shift := max(0, a.bitLen()-b.bitLen())
	for ; shift >= 0; shift-- {
		q <<= 1
		if part := b.shift(shift); !a.less(part) {
			a = a.minus(part)
			q |= 1
		}
	}
	if !a.isZero() {
		q++
	}
	return q
}
