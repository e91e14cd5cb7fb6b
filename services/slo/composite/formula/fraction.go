package formula

import (
	"math/big"
	"strings"
)

// Fraction is an exact quotient of whole numbers of any size, not reduced. The zero value
// is no fraction.
type Fraction struct{ num, den *big.Int }

func fraction(num, den int64) Fraction { return Fraction{big.NewInt(num), big.NewInt(den)} }

var nought = fraction(0, 1)

func (f Fraction) plus(g Fraction) Fraction {
	if f.den.Cmp(g.den) == 0 {
		return Fraction{new(big.Int).Add(f.num, g.num), f.den}
	}
	num := new(big.Int).Mul(f.num, g.den)
	return Fraction{num.Add(num, new(big.Int).Mul(g.num, f.den)), new(big.Int).Mul(f.den, g.den)}
}

func (f Fraction) times(g Fraction) Fraction {
	return Fraction{new(big.Int).Mul(f.num, g.num), new(big.Int).Mul(f.den, g.den)}
}

// over is f ÷ g, which must not be 0.
func (f Fraction) over(g Fraction) Fraction { return f.times(Fraction{g.den, g.num}) }

// rest is 1 − f.
func (f Fraction) rest() Fraction { return Fraction{new(big.Int).Sub(f.den, f.num), f.den} }

// cmp compares both: denominators are positive.
func (f Fraction) cmp(g Fraction) int {
	return new(big.Int).Mul(f.num, g.den).Cmp(new(big.Int).Mul(g.num, f.den))
}

func (f Fraction) sign() int { return f.num.Sign() }

// Float64 is the double nearest to the fraction, halves to even.
func (f Fraction) Float64() float64 {
	v, _ := f.Rat().Float64()
	return v
}

// Short writes it with at most that many digits after the point, rounded from the exact
// value, halves away from zero, and no zeros at the end.
func (f Fraction) Short(digits int) string { return trim(f.Rat().FloatString(digits)) }

// Percent is Short for a percentage, with the sign.
func (f Fraction) Percent(digits int) string {
	return trim(f.Fixed(digits)) + " %"
}

// Fixed is a percentage with exactly that many digits after the point, without the sign.
func (f Fraction) Fixed(digits int) string {
	return new(big.Rat).Mul(f.Rat(), big.NewRat(100, 1)).FloatString(digits)
}

// floorPPB is the fraction in parts per billion, rounded down, within what int64 holds.
func (f Fraction) floorPPB() int64 {
	scaled := new(big.Int).Mul(f.num, big.NewInt(1_000_000_000))
	scaled.Div(scaled, f.den) // Euclidean: down, for the denominator is positive
	if !scaled.IsInt64() {
		return -1 << 63 // overspent nine billion times
	}
	return scaled.Int64()
}

// Rat is the fraction, reduced.
func (f Fraction) Rat() *big.Rat { return new(big.Rat).SetFrac(f.num, f.den) }

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

// Above reports whether f > g.
func (f Fraction) Above(g Fraction) bool { return f.cmp(g) > 0 }
