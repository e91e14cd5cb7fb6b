package budget

import (
	"math"
	"math/big"
	"strings"
)

// Ratio is an exact quotient of two integers. The zero value is not a ratio.
type Ratio struct {
	negative bool
	num, den double
}

// Float64 returns the double nearest to the ratio, halves to even: the one
// rounding between the events that were counted and a figure that is shown.
func (r Ratio) Float64() float64 {
	if r.num.isZero() {
		return 0
	}
	// Bring both to 127 bits, so that their quotient lies between ½ and 2, and
	// then, by one more shift where needed, in [1, 2).
	numShift, denShift := 127-r.num.bitLen(), 127-r.den.bitLen()
	num, den := r.num.shift(numShift), r.den.shift(denShift)
	exponent := denShift - numShift
	if num.less(den) {
		num = num.shift(1)
		exponent--
	}
	// Long division: 53 bits for the significand, one to round by, the rest sticky.
	var q uint64
	for range 54 {
		q <<= 1
		if !num.less(den) {
			num = num.minus(den)
			q |= 1
		}
		num = num.shift(1)
	}
	half := q&1 == 1
	q >>= 1
	if half && (!num.isZero() || q&1 == 1) {
		q++
	}
	f := math.Ldexp(float64(q), exponent-52)
	if r.negative {
		return -f
	}
	return f
}

// Decimal writes the ratio with that many digits after the point, rounded from
// the exact value, halves away from zero: "1.19".
func (r Ratio) Decimal(digits int) string { return r.rat().FloatString(digits) }

// Percent writes the ratio as a percentage with that many digits after the
// point, rounded from the exact value, without the sign: "118.64".
func (r Ratio) Percent(digits int) string {
	return new(big.Rat).Mul(r.rat(), big.NewRat(100, 1)).FloatString(digits)
}

// short writes the ratio with at most that many digits after the point and no
// zeros at the end.
func (r Ratio) short(digits int) string { return trim(r.Decimal(digits)) }

// shortPercent is short for percentages, with the sign.
func (r Ratio) shortPercent(digits int) string { return trim(r.Percent(digits)) + " %" }

func trim(decimal string) string {
	if !strings.Contains(decimal, ".") {
		return decimal
	}
	decimal = strings.TrimRight(strings.TrimRight(decimal, "0"), ".")
	if decimal == "-0" {
		return "0"
	}
	return decimal
}

func (r Ratio) rat() *big.Rat {
	rat := new(big.Rat).SetFrac(r.num.big(), r.den.big())
	if r.negative {
		rat.Neg(rat)
	}
	return rat
}

func (a double) big() *big.Int {
	n := new(big.Int).SetUint64(a.hi)
	return n.Lsh(n, 64).Or(n, new(big.Int).SetUint64(a.lo))
}
