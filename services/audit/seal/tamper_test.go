package seal_test

import (
	"crypto/ed25519"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/services/audit/chain"
	"github.com/evenkeel/evenkeel/services/audit/seal"
)

const length = 24 // of the chain that is tampered with

// tampering is the database under a chain, as it was, and one who writes it past the program.
type tampering struct {
	*testing.T
	db   *sql.DB
	dice *rand.Rand
}

var tables = []string{"audit_entries", "audit_seals", "audit_anchors"}

func (c tampering) exec(statement string, args ...any) {
	c.Helper()
	result, err := c.db.ExecContext(c.Context(), statement, args...)
	if err != nil {
		c.Fatalf("%s: %v", statement, err)
	}
	if n, err := result.RowsAffected(); err != nil || n == 0 && !strings.HasPrefix(statement, "CREATE") {
		c.Fatalf("%s with %v changes nothing: %v", statement, args, err)
	}
}

// number is that of some seal, id the entry of one.
func (c tampering) number() int64 { return 1 + c.dice.Int64N(length) }

func (c tampering) entry(number int64) (id string) {
	c.Helper()
	if err := c.db.QueryRowContext(c.Context(), "SELECT entry_id FROM audit_seals WHERE number = $1", number).Scan(&id); err != nil {
		c.Fatal(err)
	}
	return id
}

// restore has the tables as they were.
func (c tampering) restore() {
	c.Helper()
	for _, table := range tables {
		if _, err := c.db.ExecContext(c.Context(), "DELETE FROM "+table); err != nil {
			c.Fatal(err)
		}
		if _, err := c.db.ExecContext(c.Context(), "INSERT INTO "+table+" SELECT * FROM was_"+table); err != nil {
			c.Fatal(err)
		}
	}
}

// hexed is so many random hexadecimal digits.
func (c tampering) hexed(n int) string {
	var b strings.Builder
	for range n {
		b.WriteByte("0123456789abcdef"[c.dice.IntN(16)])
	}
	return b.String()
}

// ways are how somebody tampers, each another time with something else.
var ways = []struct {
	name string
	do   func(c tampering)
}{
	{"change a text field", func(c tampering) {
		fields := []string{"outcome", "actor_kind", "actor_person", "actor_team", "actor_token", "actor_name", "action", "object_kind", "object_id", "object_label", "team", "reason", "changes", "redacted_by"}
		field := fields[c.dice.IntN(len(fields))]
		c.exec("UPDATE audit_entries SET "+field+" = "+field+" || 'x' WHERE id = $1", c.entry(c.number()))
	}},
	{"change a time by a microsecond", func(c tampering) {
		c.exec("UPDATE audit_entries SET at = $1 WHERE id = $2", storetest.Start.Add(time.Duration(c.number())*time.Second+time.Microsecond), c.entry(c.number()))
	}},
	{"change an identifier", func(c tampering) {
		c.exec("UPDATE audit_entries SET id = $1 WHERE id = $2", "01ARZ3NDEKTSV4RRFFQ69G5FAV", c.entry(c.number()))
	}},
	{"change a digest", func(c tampering) {
		c.exec("UPDATE audit_seals SET digest = $1 WHERE number = $2", c.hexed(64), c.number())
	}},
	{"change a hash", func(c tampering) {
		c.exec("UPDATE audit_seals SET hash = $1 WHERE number = $2", c.hexed(64), c.number())
	}},
	{"change a salt", func(c tampering) {
		id, at := c.entry(c.number()), 1+34*c.dice.IntN(4)
		c.exec("UPDATE audit_entries SET proof = substr(proof, 1, $1) || $2 || substr(proof, $3) WHERE id = $4", at, c.hexed(32), at+33, id)
	}},
	{"take the proof away", func(c tampering) { c.exec("UPDATE audit_entries SET proof = '' WHERE id = $1", c.entry(c.number())) }},
	{"change a seal's number", func(c tampering) {
		c.exec("UPDATE audit_seals SET number = $1 WHERE number = $2", length+1+c.number(), c.number())
	}},
	{"change an entry's number", func(c tampering) {
		n := c.number()
		c.exec("UPDATE audit_entries SET seal = $1 WHERE id = $2", n%length+1, c.entry(n))
	}},
	{"have an entry unsealed", func(c tampering) { c.exec("UPDATE audit_entries SET seal = NULL WHERE id = $1", c.entry(c.number())) }},
	{"have a seal seal another entry", func(c tampering) {
		c.exec("UPDATE audit_seals SET entry_id = $1 WHERE number = $2", "01ARZ3NDEKTSV4RRFFQ69G5FAV", c.number())
	}},
	{"delete an entry", func(c tampering) { c.exec("DELETE FROM audit_entries WHERE id = $1", c.entry(c.number())) }},
	{"delete the first, with its seal", func(c tampering) {
		c.exec("DELETE FROM audit_entries WHERE id = $1", c.entry(1))
		c.exec("DELETE FROM audit_seals WHERE number = 1")
	}},
	{"delete the last, with its seal", func(c tampering) {
		c.exec("DELETE FROM audit_entries WHERE id = $1", c.entry(length))
		c.exec("DELETE FROM audit_seals WHERE number = $1", length)
	}},
	{"delete a seal", func(c tampering) { c.exec("DELETE FROM audit_seals WHERE number = $1", c.number()) }},
	{"delete a range", func(c tampering) {
		from := c.number()
		to := from + c.dice.Int64N(length-from+1)
		c.exec("DELETE FROM audit_entries WHERE seal >= $1 AND seal <= $2", from, to)
		if c.dice.IntN(2) == 0 {
			c.exec("DELETE FROM audit_seals WHERE number >= $1 AND number <= $2", from, to)
		}
	}},
	{"swap two seals", func(c tampering) {
		one := c.number()
		two := one%length + 1
		first, second := c.entry(one), c.entry(two)
		c.exec("UPDATE audit_seals SET number = 1000 WHERE number = $1", one)
		c.exec("UPDATE audit_seals SET number = $1 WHERE number = $2", one, two)
		c.exec("UPDATE audit_seals SET number = $1 WHERE number = 1000", two)
		c.exec("UPDATE audit_entries SET seal = $1 WHERE id = $2", two, first)
		c.exec("UPDATE audit_entries SET seal = $1 WHERE id = $2", one, second)
	}},
	{"swap what two entries say", func(c tampering) {
		one := c.number()
		first, second := c.entry(one), c.entry(one%length+1)
		c.exec("UPDATE audit_entries SET object_id = (SELECT o.object_id FROM was_audit_entries o WHERE o.id = $1) WHERE id = $2", second, first)
		c.exec("UPDATE audit_entries SET object_id = (SELECT o.object_id FROM was_audit_entries o WHERE o.id = $1) WHERE id = $2", first, second)
	}},
	{"put one between", func(c tampering) {
		c.exec(`INSERT INTO audit_entries (id, at, outcome, actor_kind, actor_person, actor_team, actor_token, actor_name, action, object_kind, object_id, object_label, team, reason, changes, seal, proof, redacted_by)
SELECT '01ARZ3NDEKTSV4RRFFQ69G5FAV', at, outcome, actor_kind, actor_person, actor_team, actor_token, actor_name, action, object_kind, object_id, object_label, team, reason, changes, seal, proof, redacted_by FROM audit_entries WHERE id = $1`, c.entry(c.number()))
	}},
	{"seal one twice", func(c tampering) {
		n := c.number()
		c.exec("INSERT INTO audit_seals (number, entry_id, digest, hash) SELECT $1, '01ARZ3NDEKTSV4RRFFQ69G5FAV', digest, hash FROM audit_seals WHERE number = $2", length+1, n)
	}},
	{"change a signature", func(c tampering) {
		c.exec("UPDATE audit_anchors SET signature = $1", "AAAA"+strings.Repeat("A", 80)+"AA==")
	}},
	{"change what was anchored", func(c tampering) { c.exec("UPDATE audit_anchors SET hash = $1", c.hexed(64)) }},
	{"redact without the mark", func(c tampering) {
		id := c.entry(c.number())
		salt, text := "", ""
		if err := c.db.QueryRowContext(c.Context(), "SELECT substr(proof, 2, 32), actor_name FROM audit_entries WHERE id = $1", id).Scan(&salt, &text); err != nil {
			c.Fatal(err)
		}
		c.exec("UPDATE audit_entries SET actor_name = '', proof = 'c' || $1 || substr(proof, 34) WHERE id = $2", chain.Commit("actorName", salt, text), id)
		if c.dice.IntN(2) == 0 { // a mark that no pseudonymisation is
			c.exec("UPDATE audit_entries SET redacted_by = $1 WHERE id = $2", c.entry(c.number()), id)
		}
	}},
}

func TestTamperingIsFound(t *testing.T) {
	t.Parallel()
	seed, rounds := rand.Uint64(), 100
	if os.Getenv("EVENKEEL_TEST_EVERYTHING") == "1" {
		rounds = 5_000
	}
	t.Logf("seed %d, %d tamperings on each database", seed, rounds)
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		h := newHouse(t, s, map[seal.Place]seal.Putter{seal.File: &kept{}})
		h.decide(t, length)
		h.seal(t)
		c := tampering{t, storetest.Beneath(t, s), rand.New(rand.NewPCG(seed, 1))}
		for _, table := range tables {
			if _, err := c.db.ExecContext(t.Context(), "CREATE TABLE was_"+table+" AS SELECT * FROM "+table); err != nil {
				t.Fatal(err)
			}
		}
		untouched := func(when string) {
			t.Helper()
			if v := h.verify(t); len(v.Findings) > 0 || v.Checked != length || v.Anchored != 1 {
				t.Fatalf("seed %d, %s: the untouched chain is %+v", seed, when, v)
			}
		}
		untouched("before")
		for round := range rounds {
			way := ways[round%len(ways)]
			way.do(c)
			if v := h.verify(t); len(v.Findings) == 0 {
				t.Errorf("seed %d, round %d: %q is not found: %+v", seed, round, way.name, v)
			}
			c.restore()
			if round%10 == 0 {
				untouched(fmt.Sprint("after round ", round))
			}
		}
		untouched("afterwards")
	})
}

// Whoever has all of the database, the program and the key makes a chain that is right in
// itself. What is kept elsewhere is not theirs.
func TestAChainThatIsMadeAnewIsFoundAgainstItsAnchors(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		outside := &kept{}
		h := newHouse(t, s, map[seal.Place]seal.Putter{seal.File: outside})
		db := storetest.Beneath(t, s)
		do := func(statement string, args ...any) {
			t.Helper()
			if _, err := db.ExecContext(t.Context(), statement, args...); err != nil {
				t.Fatal(err)
			}
		}
		for range 3 {
			h.decide(t, 5)
			h.seal(t)
			h.clock.Advance(2 * time.Hour)
		}
		key, err := h.keys.Installation(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		public := key.Public().(ed25519.PublicKey)
		kinds := func() (out []chain.Kind) {
			for _, f := range h.verifyAgainst(t, outside.anchors, public) {
				out = append(out, f.Kind)
			}
			return out
		}
		if got := kinds(); len(got) > 0 || len(outside.anchors) != 3 {
			t.Fatalf("untouched there is %v, against %d anchors", got, len(outside.anchors))
		}

		// The end is cut off, with what was anchored of it here.
		do("CREATE TABLE kept_entries AS SELECT * FROM audit_entries WHERE seal > 12")
		do("DELETE FROM audit_entries WHERE seal > 12")
		do("DELETE FROM audit_seals WHERE number > 12")
		do("DELETE FROM audit_anchors WHERE number > 12")
		if v := h.verify(t); len(v.Findings) > 0 {
			t.Errorf("cut off, the database alone tells of it: %+v", v.Findings)
		}
		if got := kinds(); len(got) != 1 || got[0] != chain.ShorterThanAnchor {
			t.Errorf("cut off, there is %v", got)
		}

		// An entry is changed, and all from there on sealed anew by the program, and signed anew.
		do("INSERT INTO audit_entries SELECT * FROM kept_entries")
		do("UPDATE audit_entries SET seal = NULL WHERE seal >= 8")
		do("UPDATE audit_entries SET reason = 'another' WHERE id = (SELECT entry_id FROM audit_seals WHERE number = 8)")
		do("DELETE FROM audit_seals WHERE number >= 8")
		do("DELETE FROM audit_anchors WHERE number >= 8")
		if counts := h.seal(t); counts["sealed"] != 8 || counts["anchors_made"] != 1 {
			t.Fatalf("sealed anew are %v", counts)
		}
		if v := h.verify(t); len(v.Findings) > 0 || v.Checked != 15 {
			t.Errorf("made anew, the database alone tells of it: %+v", v)
		}
		outside.anchors = outside.anchors[:3] // what was there before
		if got := kinds(); len(got) != 2 || got[0] != chain.NotAsAnchored || got[1] != chain.NotAsAnchored {
			t.Errorf("made anew, there is %v, want that 10 and 15 are not as they were anchored", got)
		}

		// What was never anchored is not found: here all before the first anchor is as it was,
		// and there is no other.
		outside.anchors = outside.anchors[:1]
		if got := kinds(); len(got) > 0 {
			t.Errorf("against the anchor before that there is %v", got)
		}
		forged := outside.anchors[0]
		forged.Hash = strings.Repeat("0", 64)
		outside.anchors = append(outside.anchors, forged)
		if got := kinds(); len(got) != 1 || got[0] != chain.WrongAnchor {
			t.Errorf("of a forged anchor there is %v", got)
		}
	})
}
