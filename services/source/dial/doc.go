// Package dial reaches data sources: it makes the client of one, with the secrets
// that it names as they are at that moment, and asks one whether it is there and
// what is wrong where it is not. What is asked for measurements is known to
// measure/prometheus and measure/adapter.
package dial
