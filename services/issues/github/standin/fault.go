package standin

import (
	"context"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"
)

// Kind is what goes wrong with a request.
type Kind string

const (
	Cut             Kind = "cut before the effect"    // the connection ends, and nothing happened
	LostReply       Kind = "reply lost"               // the connection ends, and all happened
	BadGateway      Kind = "502 before the effect"    // with HTML, from what stands in front
	BadGatewayAfter Kind = "502 after the effect"     // the same, and all happened
	Slow            Kind = "slow"                     // the reply waits for Gate, or takes Delay
	NotFound        Kind = "404"                      // of what is there
	Gone            Kind = "410"                      // likewise
	StaleETag       Kind = "304 of what changed"      // to a conditional read
	Permanently     Kind = "301 to the repository id" // what follows a 301 turns PATCH and POST into GET
	Temporarily     Kind = "307 to the repository id" // and a 307 does not

	SecondaryRetryAfter Kind = "secondary limit with Retry-After"
	SecondaryReset      Kind = "secondary limit with x-ratelimit-reset"
	SecondarySilent     Kind = "secondary limit without a header"
	TooManyRequests     Kind = "429"
	PrimaryExhausted    Kind = "primary limit exhausted"
)

// Kinds are all of them.
func Kinds() []Kind {
	return []Kind{
		Cut, LostReply, BadGateway, BadGatewayAfter, Slow, NotFound, Gone, StaleETag, Permanently, Temporarily,
		SecondaryRetryAfter, SecondaryReset, SecondarySilent, TooManyRequests, PrimaryExhausted,
	}
}

// Fault is one thing that goes wrong; the zero Fault is none.
type Fault struct {
	Kind  Kind
	Wait  time.Duration   // until when a limit holds, a minute when it is zero
	Delay time.Duration   // how long a slow reply takes, by Options.Advance
	Gate  <-chan struct{} // what a slow reply waits for
	Held  chan<- struct{} // is sent one when a slow reply has had its effect and waits
}

// Plan says what goes wrong with each request. It is asked once for a request,
// before anything happens, and by one request at a time. A fault that a request
// cannot have, as a stale ETag in a write, does not happen.
type Plan interface{ Next(Request) Fault }

// PlanFunc is a Plan of one function.
type PlanFunc func(Request) Fault

// Next calls the function.
func (f PlanFunc) Next(r Request) Fault { return f(r) }

// Step is a fault of the requests of one operation.
type Step struct {
	Operation string // "issues/create"; any when it is empty
	Skip      int    // how many of them go well before
	Times     int    // how many of them it meets, one when it is zero
	Fault     Fault
}

// Script is a Plan of steps, each of which waits for its requests. A request
// meets the first step that is ready for it.
type Script struct {
	mu    sync.Mutex
	steps []Step
}

// NewScript is a Plan of these steps.
func NewScript(steps ...Step) *Script {
	s := &Script{}
	s.Add(steps...)
	return s
}

// Add puts steps at the end.
func (s *Script) Add(steps ...Step) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, step := range steps {
		step.Times = max(1, step.Times)
		s.steps = append(s.steps, step)
	}
}

// Next is the fault of the first step that is ready.
func (s *Script) Next(r Request) Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.steps {
		step := &s.steps[i]
		switch {
		case step.Operation != "" && step.Operation != r.Operation || !step.Fault.Kind.concerns(r):
			continue
		case step.Skip > 0:
			step.Skip--
			continue
		}
		fault := step.Fault
		if step.Times--; step.Times == 0 {
			s.steps = slices.Delete(s.steps, i, i+1)
		}
		return fault
	}
	return Fault{}
}

// Left are the steps whose requests have not come.
func (s *Script) Left() []Step {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.steps)
}

// Random is a Plan by seed: the same requests in the same order meet the same
// faults. The odds are of each kind, for each request; a limit holds for up to
// five minutes, and a slow reply takes up to a minute.
func Random(seed uint64, odds map[Kind]float64) Plan {
	random := rand.New(rand.NewPCG(seed, 0x5eed))
	kinds := slices.Sorted(maps.Keys(odds))
	return PlanFunc(func(Request) Fault {
		drawn := random.Float64()
		fault := Fault{Wait: time.Duration(1+random.IntN(300)) * time.Second, Delay: time.Duration(1+random.IntN(60)) * time.Second}
		for _, kind := range kinds {
			if drawn < odds[kind] {
				fault.Kind = kind
				return fault
			}
			drawn -= odds[kind]
		}
		return Fault{}
	})
}

// concerns reports whether a request can have such a fault.
func (k Kind) concerns(r Request) bool {
	inRepository := strings.HasPrefix(r.Path, "/repos/")
	switch k {
	case "":
		return false
	case Permanently, Temporarily, NotFound, Gone:
		return inRepository
	case StaleETag:
		return r.Method == "GET" && r.IfNoneMatch != ""
	case SecondaryRetryAfter, SecondaryReset, SecondarySilent, TooManyRequests, PrimaryExhausted:
		return r.Operation != "rate-limit/get"
	default:
		return true
	}
}

// hold waits for the gate, or until the caller goes away.
func (f Fault) hold(ctx context.Context) {
	if f.Held != nil {
		select {
		case f.Held <- struct{}{}:
		case <-ctx.Done():
			return
		}
	}
	select {
	case <-f.Gate:
	case <-ctx.Done():
	}
}

// isEarly reports whether the fault keeps the request from having an effect.
func (k Kind) isEarly() bool {
	return k != "" && k != LostReply && k != BadGatewayAfter && k != Slow && k != StaleETag
}
