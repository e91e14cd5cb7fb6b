package foreign

import (
	"strings"

	"github.com/evenkeel/evenkeel/services/slo"
)

// Category is the first category that any of the texts names, as people call SLOs: "Checkout latency
// p99" is of latency. It is availability where none does.
func Category(texts ...string) slo.Category {
	for _, text := range texts {
		text = strings.ToLower(text)
		for _, c := range slo.Categories {
			if strings.Contains(text, string(c)) {
				return c
			}
		}
	}
	return slo.Availability
}
