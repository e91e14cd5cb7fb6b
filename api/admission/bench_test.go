package admission

import (
	"testing"
	"time"
)

// BenchmarkAdmission is what a request costs that is admitted at once, as almost
// all are: whose credential it is, its quota, a place, and the place given back.
// The edge has read the clock at the request's head anyway.
func BenchmarkAdmission(b *testing.B) {
	c := New(Options{PerSecond: 1e9, Burst: 10_000})
	r := c.Route(Reads)
	const credential = "Bearer ek_01JD9Z7P6M5W8Q3K2N4T6V8X0Y_0123456789abcdefghijklmnopqrstuvwxyz0123456_abcdef"
	now := time.Now()
	c.Verified(credential, c.Owner("person:01JD9Z7P6M5W8Q3K2N4T6V8X0Y", now), now)
	one := func(now time.Time) {
		who, _ := c.Presenter(credential, now)
		if _, refused := c.Charge(who, r.Class(), now); refused != nil {
			panic(refused)
		}
		p, err := c.Enter(b.Context(), r, who, now)
		if err != nil {
			panic(err)
		}
		p.Leave(true)
	}
	b.Run("alone", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			now = now.Add(time.Microsecond)
			one(now)
		}
	})
	b.Run("parallel", func(b *testing.B) {
		b.ReportAllocs()
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				one(time.Now())
			}
		})
	})
}
