package secret_test

import (
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/secret"
)

// counting is the key of the bytes 0 to 31. What is encrypted under it with the nonce of the
// bytes 0 to 11, and what it is called, were computed with Python's cryptography and hashlib.
const (
	counting  = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
	countedID = "d963bd6225b181c1"
	counted   = "000102030405060708090a0b2622a57ea697a76fad32f2eed5bf1cef7e72e272c774b1c523f2b43e24"
)

var row = secret.Place{Table: "signing_keys", Row: "01JD3Z0Q8RC6W4N1M2V5K7T9X3", Column: "seed"}

func safe(present, former string) *secret.Safe {
	return secret.NewSafe(func() (string, string, error) { return present, former, nil })
}

func TestWhatIsLockedOpensInItsPlaceAlone(t *testing.T) {
	t.Parallel()
	locked, err := hex.DecodeString(counted)
	if err != nil {
		t.Fatal(err)
	}
	const other = "EREREREREREREREREREREREREREREREREREREREREREE="
	for name, keys := range map[string][2]string{"present": {counting, ""}, "former": {strings.Repeat("A", 43) + "=", counting}} {
		if got, err := safe(keys[0], keys[1]).Open(row, countedID, locked); err != nil || string(got) != "a secret seed" {
			t.Errorf("the %s key opens %q: %v", name, got, err)
		}
	}
	s := safe(counting, "")
	id, first, err := s.Lock(row, []byte("a secret seed"))
	_, second, again := s.Lock(row, []byte("a secret seed"))
	if err != nil || again != nil || id != countedID || string(first) == string(second) || len(first) != len(locked) {
		t.Errorf("locked under %s as %x and %x: %v", id, first, second, err)
	}
	for name, place := range map[string]secret.Place{
		"another table": {Table: "people", Row: row.Row, Column: row.Column}, "another row": {Table: row.Table, Row: "x", Column: row.Column},
		"another column": {Table: row.Table, Row: row.Row, Column: "seed2"}, "shifted": {Table: row.Table, Row: row.Row + "4:see", Column: "d"},
	} {
		if got, err := s.Open(place, countedID, locked); err == nil {
			t.Errorf("it opens in %s: %q", name, got)
		}
	}
	for at := range locked {
		changed := append([]byte{}, locked...)
		changed[at] ^= 1
		if got, err := s.Open(row, countedID, changed); err == nil || strings.Contains(err.Error(), "secret seed") {
			t.Errorf("with byte %d changed it opens: %q, %v", at, got, err)
		}
	}
	for name, c := range map[string]struct {
		safe *secret.Safe
		id   string
		code string
	}{
		"no key": {safe("", ""), countedID, "encryption_key_unknown"}, "another name": {s, "0000000000000000", "encryption_key_unknown"},
		"no base64": {safe("no key", ""), countedID, "encryption_key_unusable"},
	} {
		if _, err := c.safe.Open(row, c.id, locked); fault.As(err) == nil || fault.As(err).Code != c.code {
			t.Errorf("%s: %v, want %s", name, err, c.code)
		}
	}
	if _, _, err := safe("", counting).Lock(row, nil); fault.As(err) == nil || fault.As(err).Code != "encryption_key_missing" {
		t.Errorf("locked without a present key: %v", err)
	}
	for _, wrong := range []string{"", "x", other + "A", "AAAA", counting[:40]} {
		if _, err := secret.ParseKey(wrong); err == nil || wrong != "" && strings.Contains(err.Error(), wrong) && len(wrong) > 4 {
			t.Errorf("%q is a key, or is told: %v", wrong, err)
		}
	}
}

// Two that start at once have one key, and nobody else can read it.
func TestAKeyOfItsOwnIsMadeOnce(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "encryption.key")
	made := make([]string, 8)
	var all sync.WaitGroup
	for i := range made {
		all.Go(func() {
			var err error
			if made[i], err = secret.OwnKey(path); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	for _, one := range made {
		if _, err := secret.ParseKey(one); err != nil || one != made[0] {
			t.Fatalf("the keys are %q and %q: %v", made[0], one, err)
		}
	}
	info, err := os.Stat(path)
	left, _ := filepath.Glob(path + "*") // the pattern is right
	if err != nil || info.Mode().Perm() != 0o600 || len(left) != 1 {
		t.Errorf("the file is %v, among %v: %v", info, left, err)
	}
	if _, err := secret.OwnKey(filepath.Join(path, "below")); err == nil {
		t.Error("a key is made below a file")
	}
}
