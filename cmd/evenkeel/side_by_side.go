package main

import (
	"iter"
	"runtime"
	"sync/atomic"
)

// sideBySide does something n times, with all processors, and yields what came of each in
// their order, as soon as it is there.
func sideBySide[T any](n int, do func(i int) T) iter.Seq[T] {
	return func(yield func(T) bool) {
		done := make([]chan T, n)
		for i := range done {
			done[i] = make(chan T, 1)
		}
		var next atomic.Int64
		defer next.Store(int64(n)) // whoever has enough leaves nothing running for long
		for range min(n, runtime.GOMAXPROCS(0)) {
			go func() {
				for i := next.Add(1) - 1; i < int64(n); i = next.Add(1) - 1 {
					done[i] <- do(int(i))
				}
			}()
		}
		for _, one := range done {
			if !yield(<-one) {
				return
			}
		}
	}
}
