package adoption_test

import (
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/services/adoption"
)

// The weeks of remission of 21 children with leukaemia on 6-mercaptopurine, and of 21 on a placebo (Freireich
// and others, Blood 21, 1963); those of the first that were not over are negative here. The quartiles by
// Kaplan and Meier are in many textbooks and manuals: 13, 23 and none, and 4, 8 and 12.
var (
	treated = []int{6, 6, 6, -6, 7, -9, 10, -10, -11, 13, 16, -17, -19, -20, 22, 23, -25, -32, -32, -34, -35}
	placebo = []int{1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23}
)

const week = 7 * 24 * time.Hour

func waits(weeks []int) []adoption.Wait {
	var out []adoption.Wait
	for _, n := range weeks {
		out = append(out, adoption.Wait{For: time.Duration(max(n, -n)) * week, Open: n < 0})
	}
	return out
}

func TestQuantilesOfWaitsAreThoseOfAPublishedTrial(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name                string
		of                  []int
		quarter, half, most int // in weeks; 0 where it is not reached
	}{
		{"treated", treated, 13, 23, 0},
		{"placebo", placebo, 4, 8, 12},
		{"nobody", nil, 0, 0, 0},
		{"all still wait", []int{-3, -4}, 0, 0, 0},
		// By hand: after 1 three of four wait, which is a quarter that came; after 2 half.
		{"each at a time", []int{4, 2, 1, 3}, 1, 2, 3},
		// Those who came at the moment until which another was seen came while that one still waited (by
		// convention): 1/2 are left of two, and then nobody is seen any more.
		{"one was seen until then", []int{-5, 5}, 5, 5, 0},
	} {
		got := adoption.QuantilesOf(waits(c.of))
		for _, q := range []struct {
			name string
			got  *time.Duration
			want int
		}{{"a quarter", got.Quarter, c.quarter}, {"half", got.Half, c.half}, {"three quarters", got.ThreeQuarters, c.most}} {
			switch {
			case q.want == 0 && q.got != nil, q.want > 0 && (q.got == nil || *q.got != time.Duration(q.want)*week):
				t.Errorf("%s: within which %s come to it: %v, want %d weeks", c.name, q.name, q.got, q.want)
			}
		}
	}
}
