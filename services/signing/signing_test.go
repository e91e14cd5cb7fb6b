package signing_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/secret"
	"github.com/evenkeel/evenkeel/services/signing"
)

// keys are those of a safe, to be changed while it is used, both at once.
type keys struct{ pair atomic.Value }

func newKeys(present, former string) *keys {
	k := &keys{}
	k.set(present, former)
	return k
}

func (k *keys) set(present, former string) { k.pair.Store([2]string{present, former}) }

func (k *keys) now() (string, string, error) {
	pair := k.pair.Load().([2]string)
	return pair[0], pair[1], nil
}

func key(b byte) string {
	return base64.StdEncoding.EncodeToString([]byte(strings.Repeat(string(b), secret.KeyBytes)))
}

func TestThereIsOneKeyForAPurposeAndItIsEncrypted(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		k := newKeys("", "")
		room := signing.New(s.Signing(), secret.NewSafe(k.now), s, clock.System)
		if _, err := room.Installation(t.Context()); fault.As(err) == nil || fault.As(err).Code != "encryption_key_missing" {
			t.Errorf("without a key to encrypt with: %v", err)
		}
		k.set(key('a'), "")
		for offered, c := range map[string]struct{ purpose, want string }{"one": {"first", "one"}, "three": {"other", "three"}} {
			if got, err := room.SigningKey(t.Context(), c.purpose, []byte(offered), storetest.Start); err != nil || string(got) != c.want {
				t.Errorf("%s: %q, %v", c.purpose, got, err)
			}
		}
		if got, err := room.SigningKey(t.Context(), "first", []byte("two"), storetest.Start); err != nil || string(got) != "one" {
			t.Errorf("another that is offered: %q, %v", got, err)
		}
		db := storetest.Beneath(t, s)
		var seed []byte
		var id string
		if err := db.QueryRowContext(t.Context(), "SELECT seed, key_id FROM signing_keys WHERE purpose = 'first'").Scan(&seed, &id); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(seed), "one") || id != secret.KeyID([]byte(strings.Repeat("a", 32))) {
			t.Errorf("kept is %q under %s", seed, id)
		}
		// A row of another place does not open: what one may write is no oracle for what one may not read.
		if _, err := db.ExecContext(t.Context(), "UPDATE signing_keys SET seed = $1 WHERE purpose = 'other'", seed); err != nil {
			t.Fatal(err)
		}
		if _, err := room.SigningKey(t.Context(), "other", nil, storetest.Start); err == nil || !strings.Contains(err.Error(), "was changed, or belongs elsewhere") {
			t.Errorf("a seed of another row: %v", err)
		}
		k.set(key('b'), "")
		if _, err := room.SigningKey(t.Context(), "first", nil, storetest.Start); fault.As(err) == nil || fault.As(err).Code != "encryption_key_unknown" {
			t.Errorf("under another key: %v", err)
		}
	})
}

// Two replicas read and make keys while all are encrypted anew: the way of the guide, step by
// step, without one failure.
func TestKeysAreEncryptedAnewWhileReplicasUseThem(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		const purposes = 130 // more than one transaction encrypts anew
		former, present := key('a'), key('b')
		replicas := []*keys{newKeys(former, ""), newKeys(former, "")}
		rooms := make([]*signing.Room, len(replicas))
		for i, k := range replicas {
			rooms[i] = signing.New(s.Signing(), secret.NewSafe(k.now), s, clock.System)
		}
		want := func(n int) string { return fmt.Sprintf("seed of %d", n%purposes) }
		use := func(room *signing.Room, n int) {
			got, err := room.SigningKey(t.Context(), fmt.Sprint("purpose ", n%purposes), []byte(want(n)), storetest.Start)
			if err != nil || string(got) != want(n) {
				t.Errorf("%d: %q, %v", n, got, err)
			}
		}
		for n := range purposes / 2 {
			use(rooms[0], n)
		}
		ended := make(chan struct{})
		var users sync.WaitGroup
		var used atomic.Int64
		for i, room := range rooms {
			for w := range 2 {
				users.Go(func() {
					for n := i*17 + w*53; ; n++ {
						select {
						case <-ended:
							return
						default:
							use(room, n)
							used.Add(1)
						}
					}
				})
			}
		}
		// 1. Every replica can read what is under the new key, and still writes under the former.
		for _, k := range replicas {
			k.set(former, present)
		}
		// 2. Every replica writes under the new key.
		for _, k := range replicas {
			k.set(present, former)
		}
		rotate := func() int {
			t.Helper()
			n, err := rooms[1].Rotate(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		// 3. What was under the former is encrypted anew.
		first := rotate()
		close(ended)
		users.Wait()
		again := rotate() // what was written by who had not seen the change yet
		if first+again < purposes/2 || used.Load() == 0 || rotate() != 0 {
			t.Errorf("%d and %d were encrypted anew, under %d uses", first, again, used.Load())
		}
		// 4. The former key goes.
		for i, k := range replicas {
			k.set(present, "")
			for n := range purposes {
				use(rooms[i], n)
			}
		}
	})
}
