package stats

import "math"

// atLeast is P(X ≥ good), and atMost P(X ≤ good), for X of Binomial(n, s) with whole
// numbers.
func atLeast(good, n float64, s share) float64 { return tail(good, n, s.p(), s.q()) }
func atMost(good, n float64, s share) float64  { return tail(n-good, n, s.q(), s.p()) }

// fewest is the variance n·p·q from which a tail is not summed up any more. At it a
// sum has some two thousand terms, and the expansion an error of a millionth.
const fewest = 10_000

// tail is P(X ≥ k) for X of Binomial(n, p), q = 1 − p: summed up, or by the expansion
// that is the better the more events there are. Its relative error is below 10⁻⁵ for
// up to 10¹² events. A library's incomplete beta function would be shorter; that of
// gonum 0.17 does not converge near the mean of more than 10⁸ events, and finds
// evidence there where there is none.
func tail(k, n, p, q float64) float64 {
	switch {
	case k <= 0:
		return 1
	case n*p*q > fewest:
		return expanded(k, n-k+1, p, q)
	case k > n*p:
		return summed(k, n, p, q)
	default:
		return 1 - summed(n-k+1, n, q, p)
	}
}

// summed is tail for a k above the mean, the probability of k by C. Loader (2000),
// “Fast and accurate computation of binomial probabilities”, times
// 1 + (n−k)/(k+1)·p/q + …, of which each term is less than the one before.
func summed(k, n, p, q float64) float64 {
	var first float64
	if k == n {
		first = math.Exp(n * math.Log1p(-q))
	} else {
		first = math.Exp(stirlingError(n+1)-stirlingError(k+1)-stirlingError(n-k+1)+
			(n+.5)*math.Log1p(1/n)-(k+.5)*math.Log1p(1/k)-(n-k+.5)*math.Log1p(1/(n-k))+1-
			deviance(k, n*p)-deviance(n-k, n*q)) *
			math.Sqrt(n/(2*math.Pi*k*(n-k)))
	}
	sum := 0.0
	for term := 1.0; term > 1e-17*sum; k++ {
		sum += term
		term *= (n - k) / (k + 1) * p / q
	}
	return min(1, first*sum)
}

// expanded is the incomplete beta function I_p(a, b), which is tail for a = k and
// b = n − k + 1, by the first term of Temme's uniform expansion, DLMF 8.18.9.
func expanded(a, b, p, q float64) float64 {
	n := a + b
	mean, skew := a/n, (b-a)/n
	exponent := deviance(a, n*p) + deviance(b, n*q) // n·η²/2
	eta := math.Copysign(math.Sqrt(2*exponent/n), p-mean)
	c := skew / 3 / math.Sqrt(mean*(b/n)) // its limit at the mean
	if math.Abs(eta) > 1e-5 {
		c = 1/eta - math.Sqrt(mean*(b/n))/(p-mean)
	}
	return math.Erfc(-eta*math.Sqrt(n/2))/2 + c*math.Exp(-exponent)/math.Sqrt(2*math.Pi*n)
}

// deviance is x·ln(x/m) + m − x, for x and m above 0.
func deviance(x, m float64) float64 {
	d := (x - m) / m
	if math.Abs(d) > 0.1 {
		return x*math.Log(x/m) + m - x
	}
	// m·((1+d)·ln(1+d) − d) = m·Σ (−d)ʲ ÷ (j(j−1)) from j = 2, of which 16 terms are
	// left of at most 10⁻¹⁶ of the first.
	sum, power := 0.0, 1.0
	for j := 2; j < 18; j++ {
		sum += power / float64(j*(j-1))
		power *= -d
	}
	return m * d * d * sum
}

// stirlingError is ln Γ(x) − ((x−½)·ln x − x + ½·ln 2π), for x above 0.
func stirlingError(x float64) float64 {
	if x < 15 {
		gamma, _ := math.Lgamma(x)
		return gamma - ((x-0.5)*math.Log(x) - x + math.Log(2*math.Pi)/2)
	}
	// Bernoulli's numbers: Abramowitz and Stegun 6.1.41.
	y := 1 / (x * x)
	return (1.0/12 - y*(1.0/360-y*(1.0/1260-y*(1.0/1680-y/1188)))) / x
}
