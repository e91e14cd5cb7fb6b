package evidence

import (
	"archive/zip"
	"bytes"
	"crypto/ed25519"
	"io"
	"strings"
	"testing"
	"time"
)

// entry is a file of a bundle that is made by hand.
type entry struct {
	name    string
	content []byte
}

func sealed(t *testing.T) ([]byte, ed25519.PrivateKey) {
	t.Helper()
	// The seed of the first test vector of RFC 8032, section 7.1, has the public key d75a98….
	key := ed25519.NewKeyFromSeed([]byte("\x9d\x61\xb1\x9d\xef\xfd\x5a\x60\xba\x84\x4a\xf4\x92\xec\x2c\xc4\x44\x49\xc5\x69\x7b\x32\x69\x19\x70\x3b\xac\x03\x1c\xae\x7f\x60"))
	at := time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
	m := Manifest{From: at.AddDate(-1, 0, 0), To: at, DrawnUpAt: at, DrawnUpBy: "Ada", Notes: notes}
	for _, name := range []string{"policies.json", "audit.json"} {
		f, err := newFile(name, "what "+name+" is", []string{name, "<öfter>"})
		if err != nil {
			t.Fatal(err)
		}
		m.Files = append(m.Files, f)
	}
	bundle, err := seal(m, key)
	if err != nil {
		t.Fatal(err)
	}
	return bundle, key
}

func unpack(t *testing.T, bundle []byte) []entry {
	t.Helper()
	r, err := zip.NewReader(bytes.NewReader(bundle), int64(len(bundle)))
	if err != nil {
		t.Fatal(err)
	}
	var out []entry
	for _, f := range r.File {
		from, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(from)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, entry{f.Name, content})
	}
	return out
}

func packed(t *testing.T, entries []entry) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, e := range entries {
		into, err := w.Create(e.name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := into.Write(e.content); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestABundleIsVerifiedWithThePublicKeyAlone(t *testing.T) {
	t.Parallel()
	bundle, key := sealed(t)
	if got := PublicKey(key); got != "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=" { // RFC 8032, in base64
		t.Fatalf("the public key is %s", got)
	}
	public, err := ReadPublicKey(PublicKey(key) + "\n")
	if err != nil {
		t.Fatal(err)
	}
	m, err := Verify(bundle, public)
	if err != nil || len(m.Files) != 2 || m.DrawnUpBy != "Ada" || len(m.Notes) != len(notes) {
		t.Errorf("verified as %+v: %v", m, err)
	}
	if again, _ := sealed(t); !bytes.Equal(bundle, again) {
		t.Error("the same files make another bundle")
	}
	if _, err := Verify(packed(t, unpack(t, bundle)), public); err != nil {
		t.Errorf("packed anew, with the same files: %v", err)
	}
	for _, wrong := range []string{"", "x", "11qYAYKxCrfVS/7TyWQHOg==", strings.Repeat("A", 100)} {
		if _, err := ReadPublicKey(wrong); err == nil || !strings.Contains(err.Error(), "must be a public key") {
			t.Errorf("the key %q is read: %v", wrong, err)
		}
	}
}

func TestABundleThatWasTamperedWithIsRefused(t *testing.T) {
	t.Parallel()
	bundle, key := sealed(t)
	public := key.Public().(ed25519.PublicKey)
	refused := func(what, says string, bundle []byte) {
		t.Helper()
		if _, err := Verify(bundle, public); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v, want an error that says %q", what, err, says)
		}
	}
	entries := unpack(t, bundle)
	for i, e := range entries {
		for at := range e.content {
			if e.name == signatureName && at == len(e.content)-1 {
				continue // the end of the line is no part of the signature
			}
			changed := append([]entry{}, entries...)
			changed[i].content = bytes.Clone(e.content)
			changed[i].content[at] ^= 1
			if _, err := Verify(packed(t, changed), public); err == nil {
				t.Fatalf("byte %d of %s is changed, and the bundle verified", at, e.name)
			}
		}
		without := append(append([]entry{}, entries[:i]...), entries[i+1:]...)
		if _, err := Verify(packed(t, without), public); err == nil {
			t.Errorf("%s is taken away, and the bundle verified", e.name)
		}
		refused("twice", "twice", packed(t, append(append([]entry{}, entries...), e)))
	}
	refused("added", "not in its manifest", packed(t, append(append([]entry{}, entries...), entry{"more.json", []byte("[]")})))
	refused("no zip", "no zip file", []byte("PK"))
	other := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	if _, err := Verify(bundle, other.Public().(ed25519.PublicKey)); err == nil || !strings.Contains(err.Error(), "not signed with this key") {
		t.Errorf("verified with another key: %v", err)
	}
}
