package admission

import (
	"hash/maphash"
	"net/netip"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"
)

const (
	// mostCallers is how many callers, and how many credentials, are known at one
	// time: some ten megabytes.
	mostCallers = 50_000
	// sweepEvery is how often those are forgotten of whom nothing is heard.
	sweepEvery = time.Minute
)

// Caller is who a request is charged to.
type Caller struct {
	bucket *rate.Limiter // nil without a quota
	last   atomic.Int64  // when it was last heard of, in nanoseconds of Unix
	held   atomic.Int64  // requests for which there is a Hold
}

func (c *Caller) heard() int64 { return c.last.Load() }

// credential is one that was verified.
type credential struct {
	who  *Caller
	last atomic.Int64 // when it was last presented, in nanoseconds of Unix
}

func (c *credential) heard() int64 { return c.last.Load() }

// callers are those known at this time.
type callers struct {
	policy policy
	crowd  *Caller // whom all share for whom there is no room
	seed   maphash.Seed
	most   int

	mu          sync.RWMutex
	owners      map[string]*Caller
	addresses   map[netip.Prefix]*Caller
	credentials map[uint64]*credential
	swept       int64 // in nanoseconds of Unix
}

func (cs *callers) init(p policy) {
	cs.policy, cs.seed, cs.most = p, maphash.MakeSeed(), mostCallers
	cs.crowd = cs.fresh()
	cs.owners = map[string]*Caller{}
	cs.addresses = map[netip.Prefix]*Caller{}
	cs.credentials = map[uint64]*credential{}
}

func (cs *callers) fresh() *Caller {
	c := &Caller{}
	if cs.policy.perSecond > 0 {
		c.bucket = rate.NewLimiter(rate.Limit(cs.policy.perSecond), cs.policy.burst)
	}
	return c
}

// Address returns who calls from a network address. Of IPv6 it is the network of 64
// bits, for whoever has one has all its addresses. All who have none are one caller.
func (c *Control) Address(from netip.Addr, now time.Time) *Caller {
	if !from.IsValid() {
		return c.callers.crowd
	}
	from, bits := from.Unmap().WithZone(""), 32
	if from.Is6() {
		bits = 64
	}
	network, err := from.Prefix(bits)
	if err != nil {
		return c.callers.crowd
	}
	return find(&c.callers, c.callers.addresses, network, now)
}

// Owner returns who owns what the name tells: a name that was verified.
func (c *Control) Owner(name string, now time.Time) *Caller {
	return find(&c.callers, c.callers.owners, name, now)
}

// Presenter returns whose credential it is, if it was verified before. It is told
// before the credential is verified again, so that refusing costs no query; it
// says nothing about what the credential is still good for.
func (c *Control) Presenter(credential string, now time.Time) (*Caller, bool) {
	cs := &c.callers
	key := maphash.String(cs.seed, credential)
	cs.mu.RLock()
	known := cs.credentials[key]
	cs.mu.RUnlock()
	if known == nil {
		return nil, false
	}
	known.last.Store(now.UnixNano())
	known.who.last.Store(now.UnixNano())
	return known.who, true
}

// Verified remembers whose credential it is: one that is presented again and again. The
// credential itself is not kept.
func (c *Control) Verified(text string, who *Caller, now time.Time) {
	cs := &c.callers
	key := maphash.String(cs.seed, text)
	known := &credential{who: who}
	known.last.Store(now.UnixNano())
	cs.mu.Lock()
	defer cs.mu.Unlock()
	if _, again := cs.credentials[key]; !again && len(cs.credentials) >= cs.most {
		clear(cs.credentials) // they are learned again with the next requests
	}
	cs.credentials[key] = known
}

// Former returns who presents a credential that was good and is no longer: a caller of its
// own, so that neither its owner pays for it nor those who share an address with it. It is
// remembered as Verified does.
func (c *Control) Former(text string, now time.Time) *Caller {
	who := c.Owner("former:"+strconv.FormatUint(maphash.String(c.callers.seed, text), 16), now)
	c.Verified(text, who, now)
	return who
}

// find returns the caller of a key, a new one where there is none yet.
func find[K comparable](cs *callers, of map[K]*Caller, key K, now time.Time) *Caller {
	at := now.UnixNano()
	cs.mu.RLock()
	who, known := of[key]
	cs.mu.RUnlock()
	if !known {
		cs.mu.Lock()
		defer cs.mu.Unlock()
		if at-cs.swept >= int64(sweepEvery) {
			cs.sweep(at)
		}
		if who, known = of[key]; !known {
			if len(cs.owners)+len(cs.addresses) >= cs.most {
				return cs.crowd
			}
			who = cs.fresh()
			of[key] = who
		}
	}
	who.last.Store(at)
	return who
}

// sweep forgets callers whose bucket is full again, and credentials that nobody presented
// for as long.
func (cs *callers) sweep(at int64) {
	cs.swept = at
	quiet := at - int64(max(cs.policy.refill(), sweepEvery))
	forget(cs.owners, quiet)
	forget(cs.addresses, quiet)
	forget(cs.credentials, quiet)
}

func forget[K comparable, V interface{ heard() int64 }](of map[K]V, quiet int64) {
	for key, v := range of {
		if v.heard() < quiet {
			delete(of, key)
		}
	}
}
